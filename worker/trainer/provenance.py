"""What a job is made with: packages, code, device and driver, seeds, command. Recorded when its trainer starts."""

import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch

from gsl.config.run import RunConfig
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import ProvenanceReport, SourceState, StartedReport
from gsl.worker.trainer.device import device_name
from gsl.worker.trainer.secrets import arguments_without_secrets
from gsl.worker.trainer.source_state import source_state

_NVIDIA = Path("/proc/driver/nvidia/version")


def start_reports(spec: JobSpec, device: torch.device, epoch: int) -> tuple[StartedReport, ProvenanceReport]:
    """What a trainer reports first: of a job that starts, or resumes after `epoch`, with networks on this device."""
    started = StartedReport(epoch=epoch, device=device_name(device), num_envs=spec.config.learner.num_envs)
    return started, provenance(spec, device, epoch)


def gather(modules: Iterable[str]) -> None:
    """Find out now, right after the import of these modules, what later jobs of this process and its forks are made
    with: they run what was imported, even if its files change afterwards."""
    packages()
    for module in modules:
        source_state(module.partition(".")[0])


def provenance(spec: JobSpec, device: torch.device, epoch: int) -> ProvenanceReport:
    """Of this process, for a job."""
    return ProvenanceReport(
        epoch=epoch,
        command=shlex.join(arguments_without_secrets(sys.orig_argv))[:10_000],
        seeds={"run": spec.config.seed, "job": spec.seed},
        machine=platform.node() or "unnamed",
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        processor=processor(),
        device=device_name(device),
        driver=driver() if device.type == "cuda" else "",
        packages=packages(),
        sources=sources(spec.config),
    )


def sources(config: RunConfig) -> tuple[SourceState, ...]:
    """GSL Lab, then each package that suite, learner or guide come from."""
    named = {"worker": None}
    for part in (config.suite, config.learner, config.guide):
        for module in (part.implementation, type(part).__module__):
            named[re.split(r"[.:]", module)[0]] = None
    named.pop("gsl", None)  # is of one package with `worker`
    return tuple(source_state(module) for module in named)


@cache
def packages() -> dict[str, str]:
    """Installed distributions by their normalised names.

    From the names of their folders: `importlib.metadata` would parse every description, for a tenth of a second.
    """
    found: dict[str, str] = {}
    for entry in sys.path:
        for folder in sorted(Path(entry or ".").glob("*.dist-info")):
            name, _, version = folder.stem.partition("-")
            if version:
                found.setdefault(re.sub(r"[-_.]+", "-", name).lower()[:200], version[:200])
    return dict(sorted(found.items()))


@cache
def processor() -> str:
    """The CPU's model, or at least its architecture."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return (found[1].strip() if found else platform.machine())[:200] or "unknown"


@cache
def driver() -> str:
    """Versions of the GPU's driver, CUDA and cuDNN."""
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]  # torch declares no types here
    return f"driver {_driver()}, CUDA {torch.version.cuda}, cuDNN {cudnn}"[:200]


def _driver() -> str:
    """From the kernel's module; within WSL, which has none, from NVIDIA's own tool."""
    try:
        text = _NVIDIA.read_text()
    except OSError:
        command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        try:
            text = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            return "unknown"
    found = re.search(r"\b\d{3,}\.\d+(?:\.\d+)?\b", text)
    return found[0] if found else "unknown"
