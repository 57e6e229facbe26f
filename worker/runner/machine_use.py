"""What a slot's machine does: processor, memory within the container's limit, and the GPUs that the slot may use."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pynvml

from gsl.protocol.lease import GpuUse, WorkerUse

logger = logging.getLogger(__name__)

_SHORTEST_S = 1.0
CGROUP = Path("/sys/fs/cgroup")


class MachineUse:
    """Looks at the machine when asked; processor use is that since it was asked before."""

    def __init__(self, device: str, clock: Callable[[], float] = time.monotonic, cgroup: Path = CGROUP) -> None:
        """`device` is what trainers of the slot use: `cpu`, or the name of a GPU."""
        self._has_gpu, self._clock, self._cgroup = device != "cpu", clock, cgroup
        self._at = clock()
        psutil.cpu_percent()  # counts from here

    def look(self, steps_per_second: float | None) -> WorkerUse | None:
        """None within a second of the look before: too short to say how busy the processor is."""
        now = self._clock()
        if now - self._at < _SHORTEST_S:
            return None
        self._at = now
        cores = psutil.cpu_count() or 1
        used, total = memory(self._cgroup)
        return WorkerUse(
            processor=round(psutil.cpu_percent() / 100 * cores, 3),
            cores=cores,
            memory_used=used,
            memory_total=total,
            gpus=tuple(_gpus()) if self._has_gpu else (),
            steps_per_second=steps_per_second,
        )


def memory(cgroup: Path) -> tuple[int, int]:
    """Bytes in use and in all: of the machine, or of this container if it has a limit.

    Files that the kernel keeps in memory only as long as nobody needs it are not in use.
    """
    machine = psutil.virtual_memory()
    used, total = int(machine.total - machine.available), int(machine.total)
    limit, current = _number_in(cgroup / "memory.max"), _number_in(cgroup / "memory.current")
    if limit is None or current is None or limit >= total:
        return used, total
    return max(0, current - _idle_files(cgroup / "memory.stat")), limit


def _number_in(path: Path) -> int | None:
    """None if there is no such file, or no limit (`max`)."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _idle_files(stat: Path) -> int:
    try:
        lines = stat.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)


def _gpus() -> Iterator[GpuUse]:
    for handle in _handles():
        try:
            held = pynvml.nvmlDeviceGetMemoryInfo(handle)
            yield GpuUse(
                name=str(pynvml.nvmlDeviceGetName(handle)),
                memory_used=int(held.used),
                memory_total=int(held.total),
                use=_use_of(handle),
            )
        except pynvml.NVMLError as error:
            logger.debug("a GPU says nothing of its memory: %s", error)


def _use_of(handle: Any) -> float | None:
    """Share of the last moments in which it worked; a slice of a GPU (MIG) does not know it."""
    try:
        return float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu) / 100
    except pynvml.NVMLError:
        return None


@cache
def _handles() -> tuple[Any, ...]:
    """NVML's GPUs, of those that CUDA_VISIBLE_DEVICES leaves to this slot."""
    try:
        pynvml.nvmlInit()
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        if visible is None:
            return tuple(map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount())))
        return tuple(_handle(one.strip()) for one in visible.split(",") if one.strip())
    except pynvml.NVMLError as error:
        logger.warning("the use of GPUs cannot be told: %s", error)
        return ()


def _handle(name: str) -> Any:
    """By its number, or by its UUID."""
    return pynvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else pynvml.nvmlDeviceGetHandleByUUID(name)
