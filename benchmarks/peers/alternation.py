"""Both sides of a case, each in its process, told to compute their windows in turn."""

import json
import os
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from benchmarks.environments import ROOT
from benchmarks.peers.cases import Case
from benchmarks.peers.windows import Ready, Window


class PeerError(RuntimeError):
    """A side ended before it was told to; what it printed is on the terminal."""


class SideProcess:
    """A side that has warmed up."""

    def __init__(self, process: subprocess.Popen[str], module: str) -> None:
        self._process, self._module = process, module
        self.ready = Ready(**json.loads(self._answer()))

    def window(self) -> Window:
        """Compute one window; returns when it is done."""
        if self._process.stdin is None:
            raise AssertionError("started with pipes")
        with suppress(BrokenPipeError):  # it has ended; the answer says how
            self._process.stdin.write("window\n")
            self._process.stdin.flush()
        return Window(**json.loads(self._answer()))

    def _answer(self) -> str:
        if self._process.stdout is None:
            raise AssertionError("started with pipes")
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self._module} ended with code {self._process.wait()}")
        return line


@contextmanager
def side(python: Path, module: str, case: Case, seconds: float | None = None) -> Iterator[SideProcess]:
    """`python -m benchmarks.MODULE JSON`, ended when the block is left.

    It is killed after `seconds`, and whoever waits for it gets a PeerError.
    """
    command = [str(python), "-m", f"benchmarks.{module}", case.to_json()]
    env = os.environ | ({"OMP_NUM_THREADS": str(case.threads)} if case.threads else {})
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True) as process:
        alarm = Timer(seconds or 0, process.kill)
        if seconds is not None:
            alarm.start()
        try:
            yield SideProcess(process, module)
        finally:
            alarm.cancel()
            with suppress(BrokenPipeError):
                if process.stdin is not None:
                    process.stdin.close()
            process.wait()


@dataclass(frozen=True)
class Alternation:
    """Windows of ours and theirs in the order in which they were computed: pair i is ours[i], theirs[i]."""

    ours: tuple[Window, ...]
    theirs: tuple[Window, ...]
    our_side: Ready
    their_side: Ready

    @property
    def ratios(self) -> tuple[float, ...]:
        """Speed of ours over theirs in each pair."""
        return tuple(a.speed / b.speed for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def cpu_ratios(self) -> tuple[float, ...]:
        """The same by the processors' seconds a step, which neighbours on the machine disturb less."""
        pairs = zip(self.ours, self.theirs, strict=True)
        return tuple((b.cpu_seconds / b.steps) / (a.cpu_seconds / a.steps) for a, b in pairs)


def alternate(case: Case, our_python: Path, their_python: Path, pairs: int) -> Alternation:
    """`pairs` pairs of windows; which side begins changes from pair to pair."""
    ours, theirs = list[Window](), list[Window]()
    with side(our_python, "peers.ours", case) as our_side, side(their_python, "peers.theirs", case) as their_side:
        for pair in range(pairs):
            if pair % 2:
                theirs.append(their_side.window())
                ours.append(our_side.window())
            else:
                ours.append(our_side.window())
                theirs.append(their_side.window())
            told = f"ours {ours[-1].speed:,.0f}, theirs {theirs[-1].speed:,.0f} steps/s"
            print(f"  pair {pair + 1}: {told}, ratio {ours[-1].speed / theirs[-1].speed:.2f}", flush=True)
        return Alternation(tuple(ours), tuple(theirs), our_side.ready, their_side.ready)


def median_speed(windows: Sequence[Window]) -> float:
    """Environment steps a second."""
    return statistics.median(window.speed for window in windows)
