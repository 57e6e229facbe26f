"""Where networks run, and with how many threads."""

import os

import torch

from gsl.config.learners import LearnerSettings


def choose_device(settings: LearnerSettings) -> torch.device:
    """CUDA where it is, for `auto`. Raises RuntimeError when `cuda` is demanded and absent."""
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("device is cuda, but this machine has no CUDA device; choose auto or cpu")
    wanted = "cuda" if settings.device != "cpu" and torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def limit_threads(settings: LearnerSettings) -> None:
    """One thread for vector observations: the layers are too small to share, and numbers stay the same anywhere."""
    if settings.network.name == "mlp":
        torch.set_num_threads(1)
    elif "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(os.cpu_count() or 1)


def device_name(device: torch.device) -> str:
    """For people: cpu, or the GPU's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
