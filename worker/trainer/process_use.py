"""What this trainer and its children take of the machine: memory, processor and, on an NVIDIA GPU, its memory and use.

Nothing here touches a random number, a tensor or a checkpoint, so that learning is the same with it and without it.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil
import pynvml
import torch

from gsl.protocol.reports import SystemMetric

EVERY_S = 1.0
"""Epochs that follow faster report the same sample, so that looking costs next to nothing (docs/speed.md)."""
_GIB = float(1 << 30)

Sample = dict[SystemMetric, float]


class ProcessUse:
    """Samples of this process and its descendants."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._own = clock, psutil.Process()
        self._peak = 0.0
        self._at, self._worked = clock(), _processor_seconds([self._own])
        self._newest: Sample = {}

    def sample(self) -> Sample:
        """Memory in GiB, processor in cores since the sample before. Empty in the first second, of which little can be
        said: the kernel counts processor time in hundredths."""
        now = self._clock()
        if now - self._at >= EVERY_S:
            self._newest = self._look(now)
        return self._newest

    def _look(self, now: float) -> Sample:
        processes = [self._own, *_descendants(self._own)]
        memory, worked = sum(map(_resident, processes)) / _GIB, _processor_seconds(processes)
        self._peak = max(self._peak, memory, _own_peak())
        # A child that ended without being waited for takes its seconds with it, hence the maximum.
        cores = max(0.0, worked - self._worked) / (now - self._at)
        self._at, self._worked = now, worked
        sample: Sample = {"system_memory": memory, "system_memory_peak": self._peak, "system_processor": cores}
        return sample | _of_gpu()


def of_this_process() -> ProcessUse:
    """Shared by all jobs that train in this process: what it takes belongs to none of them alone."""
    return _of(os.getpid())


@cache
def _of(_process: int) -> ProcessUse:
    return ProcessUse()


def _descendants(process: psutil.Process) -> Iterator[psutil.Process]:
    """Linux says which children a process has; elsewhere, and without that file, every process is looked at."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not (tasks / str(process.pid) / "children").exists():
        yield from process.children(recursive=True)
        return
    for task in tasks.iterdir():
        try:
            children = (task / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            continue
        for pid in children:
            try:
                child = psutil.Process(int(pid))
                yield child
                yield from _descendants(child)
            except (psutil.NoSuchProcess, FileNotFoundError):
                continue


def _resident(process: psutil.Process) -> int:
    """Bytes; pages that processes share count for each of them."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _processor_seconds(processes: list[psutil.Process]) -> float:
    """Of these, and of those of their children that have ended."""
    seconds = 0.0
    for process in processes:
        try:
            seconds += sum(process.cpu_times()[:4])  # user, system, and both of ended children
        except psutil.NoSuchProcess:
            continue
    return seconds


def _own_peak() -> float:
    """The most memory that this process had at once, in GiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in KiB, on macOS in bytes
    return float(peak if sys.platform == "darwin" else peak * 1024) / _GIB


def _of_gpu() -> Sample:
    """Of the GPU that this process has opened, if it has."""
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch gives it no types
        return {}
    sample: Sample = {
        "system_gpu_memory": torch.cuda.memory_reserved() / _GIB,
        "system_gpu_memory_peak": torch.cuda.max_memory_reserved() / _GIB,
    }
    with suppress(pynvml.NVMLError, RuntimeError):  # a slice of a GPU (MIG) has none, and a container may hide it
        sample["system_gpu_use"] = torch.cuda.utilization() / 100
    return sample
