"""How many worker slots `make up` starts: one for each core, as far as the memory allows."""

import os
from pathlib import Path

import psutil

SLOT_BYTES = 1 << 30
"""Memory of a slot with a small trainer: its own process, the warm parent, and what the trainer adds."""
_GPUS = "nvidia[0-9]*"
_MEMORY_LIMIT, _MEMORY_USED = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"


def slots_to_start(wanted: int | None, cores: int, free_bytes: int, gpus: int) -> tuple[int, str]:
    """The number of slots, and what to say if it is not the one to expect.

    `wanted` is the setting. Without it, a machine without a GPU gets a slot for each core, and one with GPUs a single
    one, because slots would share the first GPU.
    """
    expected = wanted if wanted is not None else 1 if gpus else cores
    possible = min(expected, max(1, free_bytes // SLOT_BYTES))
    if possible == expected:
        return expected, ""
    asked = f"GSL_WORKERS asks for {expected} worker slots" if wanted is not None else f"There are {expected} cores"
    free = f"{free_bytes / (1 << 30):.1f} GiB of free memory"
    return possible, f"{asked}, but {free} are enough for {possible} at about 1 GiB each; starting {possible}"


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_bytes() -> int:
    """Memory that can be used without swapping, within the limit of this container if there is one."""
    free = int(psutil.virtual_memory().available)
    limit, used = _number_in(_MEMORY_LIMIT), _number_in(_MEMORY_USED)
    return free if limit is None or used is None else min(free, max(0, limit - used))


def visible_gpus() -> int:
    """Number of NVIDIA GPUs that workers would see."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return 0 if visible in ("", "-1") else len([*Path("/dev").glob(_GPUS)])


def _number_in(path: str) -> int | None:
    """The number that a file of the kernel holds; None if there is no such file or no limit."""
    try:
        text = Path(path).read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
