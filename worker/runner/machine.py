"""What this machine offers a job, found out without torch: importing it here would cost memory and touch the GPU."""

import os
import shutil
import socket
import subprocess
from importlib.metadata import PackageNotFoundError, version

from gsl import __version__
from gsl.protocol.lease import WorkerInfo
from worker.envs import installed_suites

_NVIDIA_SMI_S = 20.0


def describe(name: str) -> WorkerInfo:
    """The slot as the API and the page know it. Suites and device do not change while the worker lives."""
    return WorkerInfo(
        name=name,
        host=socket.gethostname(),
        device=device(),
        suites=installed_suites(),
        version=__version__,
    )


def device() -> str:
    """Name of the GPU that a trainer of this slot would use, or cpu."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible in ("", "-1") or _torch_is_for_cpu() or not shutil.which("nvidia-smi"):
        return "cpu"
    first = (visible or "0").split(",")[0]
    query = ["nvidia-smi", f"--id={first}", "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=_NVIDIA_SMI_S, check=False)
    except subprocess.TimeoutExpired:
        return "cpu"
    return answer.stdout.strip() if answer.returncode == 0 and answer.stdout.strip() else "cpu"


def _torch_is_for_cpu() -> bool:
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return True
