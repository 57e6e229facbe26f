"""How a side is told to compute: one line of JSON in, one out. Standard library alone, for both environments.

A side says `Ready` when it has warmed up. Each line "window" that it reads makes it compute one window and say how
long that took; the end of its input ends it. What libraries print goes to stderr: the answers have a channel alone.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ready:
    """A side that can compute: what it runs on, and how long it took to start and warm up."""

    versions: dict[str, str]
    threads: int
    seconds: float
    notes: dict[str, str]


@dataclass(frozen=True)
class Window:
    """One window: environment steps, seconds, and what its processes held at most until now."""

    steps: int
    seconds: float
    cpu_seconds: float  # of all processes and threads of the side
    peak_mib: float

    @property
    def speed(self) -> float:
        """Environment steps a second."""
        return self.steps / self.seconds


@dataclass(frozen=True)
class Side:
    """What a side brings: `epoch` is one rollout and its update, and returns the environment steps it took."""

    epoch: Callable[[], int]
    versions: dict[str, str]
    threads: int
    notes: dict[str, str]


def serve(make: Callable[[], Side], epochs_a_window: int) -> None:
    """Answer on what was standard output until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    started = time.perf_counter()
    side = make()
    for _ in range(epochs_a_window):
        side.epoch()  # warms up: compilers, caches, first allocations, simulators made when they are first needed
    ready = Ready(side.versions, side.threads, time.perf_counter() - started, side.notes)
    answers.write(json.dumps(asdict(ready)) + "\n")
    for _ in sys.stdin:
        begun, cpu = time.perf_counter(), _cpu_seconds()
        steps = sum(side.epoch() for _ in range(epochs_a_window))
        window = Window(steps, time.perf_counter() - begun, _cpu_seconds() - cpu, _peak_mib())
        answers.write(json.dumps(asdict(window)) + "\n")


def _cpu_seconds() -> float:
    """User and system time of this process and its children."""
    return sum(_ticks_of(pid) for pid in (os.getpid(), *_children(os.getpid()))) / os.sysconf("SC_CLK_TCK")


def _ticks_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # utime and stime: fields 14 and 15 of proc(5)


def _peak_mib() -> float:
    """Sum of the peaks of resident memory of this process and its children, pages they share counted in each."""
    return sum(_peak_of(pid) for pid in (os.getpid(), *_children(os.getpid()))) / 1024


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    direct = [int(child) for file in listed for child in file.read_text().split()]
    return direct + [grandchild for child in direct for grandchild in _children(child)]


def _peak_of(pid: int) -> int:
    """KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
