"""How networks use this machine: device, number of threads, and memory."""

import ctypes
import logging
import os
import sys

import torch

from gsl.config.learners import LearnerSettings
from gsl.worker.job import checkpoint
from gsl.worker.job.folder import JobFolder
from gsl.worker.nets.splitting import cores

log = logging.getLogger(__name__)

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # glibc's malloc.h: M_TRIM_THRESHOLD, M_MMAP_MAX
_NEVER = 2**31 - 1


def choose_device(settings: LearnerSettings) -> torch.device:
    """The device for these settings; `auto` is CUDA if available. Raises RuntimeError for `cuda` without a GPU."""
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("device is cuda, but this machine has no CUDA device; choose auto or cpu")
    cuda = settings.device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if cuda else "cpu")


def device_name(device: torch.device) -> str:
    """For people: cpu, or the GPU's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def limit_threads(settings: LearnerSettings) -> None:
    """One thread for vector observations: their layers are too small to share, and results stay equal everywhere."""
    torch.set_num_threads(1 if settings.network.name == "mlp" else cores())


def share_cores(folder: JobFolder, threads: int | None) -> None:
    """Let this process use so many threads, or as many as the checkpoint from which its job resumes.

    How sums are rounded depends on their number, so it stays the same as long as the job lasts, wherever it resumes.
    """
    resumed = checkpoint.read_state_json(folder.resume).get("threads") if folder.resume.exists() else None
    if number := resumed or threads:
        os.environ["OMP_NUM_THREADS"] = str(number)
    log.info("networks may use %d of %d cores", cores(), os.cpu_count() or 1)


def keep_freed_memory() -> bool:
    """Make glibc's allocator keep freed memory in the process; returns whether it does.

    Layers on a CPU allocate and free the same large blocks thousands of times. By default the C library returns such a
    block to the system, which zeroes it again: a fifth of the time of training IMPALA. Other systems are only slower.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library, for example musl
        log.info("this C library returns freed memory to the system, so training on the CPU is slower")
        return False
    return bool(mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, _NEVER))
