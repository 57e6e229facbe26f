"""Child processes that never outlive this one: they get a parent-death signal, and are restarted and stopped in order.

Each child has its own session, so that Ctrl-C in the terminal reaches this process alone, which then decides the order
in which the others stop. It is also the subreaper of its whole subtree, and ends what a dying worker leaves behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
_HEALTHY_AFTER_S = 60.0
_ORPHAN_GRACE_S = 10.0
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Child:
    """One process of the product, and when it may be restarted after it died."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    grace_s: float
    folder: Path | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _started_at: float = field(default=0.0, init=False)
    _pause_s: float = field(default=_FIRST_PAUSE_S, init=False)
    _again_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = _spawn(self, log)
        self._started_at = time.monotonic()
        self._again_at = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ending(self) -> str:
        """How it ended, as the end of a sentence."""
        code = self.process.poll() if self.process else None
        if code is None:
            return "is running"
        return f"was killed by signal {-code}" if code < 0 else f"exited with status {code}"

    def revive(self, say: Callable[[str], None]) -> None:
        """Restarts it after it died; each early death doubles the delay before the next start."""
        if self.alive:
            return
        now = time.monotonic()
        if self._again_at is None:
            healthy = now - self._started_at > _HEALTHY_AFTER_S
            self._pause_s = _FIRST_PAUSE_S if healthy else min(2 * self._pause_s, _LONGEST_PAUSE_S)
            self._again_at = now + self._pause_s
            say(f"{self.name} {self.ending}; restarting it in {self._pause_s:.0f} s (log: {self.log})")
        elif now >= self._again_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.alive:
            self.process.terminate()

    def kill(self) -> None:
        """Kills it and all its descendants."""
        if self.process is None or not self.alive:
            return
        tree = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        _kill(tree)
        self.process.wait()


def _spawn(child: Child, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    parent = os.getpid()
    return subprocess.Popen(
        child.command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=child.environment,
        cwd=child.folder,
        start_new_session=True,
        preexec_fn=lambda: _tie_to(parent),  # safe, because children are started from the only thread
    )


def _tie_to(parent: int) -> None:
    """In the new child: get killed when the parent's thread dies, however it dies."""
    if sys.platform != "linux":
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent died before the signal was set
        os._exit(1)


def adopt_orphans() -> None:
    """From now on, descendants whose parent dies become our children (on Linux only)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Orphans:
    """Processes that a dead child left behind: asked to stop, killed after a grace period, and reaped."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}

    def tend(self, children: Iterable[Child]) -> None:
        ours = {child.process.pid for child in children if child.process}
        orphans = [process for process in psutil.Process().children() if process.pid not in ours]
        self._seen = {process.pid: self._seen.get(process.pid, 0.0) for process in orphans}
        for process in orphans:
            self._end(process)

    def _end(self, process: psutil.Process) -> None:
        now = time.monotonic()
        first_seen = self._seen[process.pid]
        if not first_seen:
            self._seen[process.pid] = now
            _signal(process, signal.SIGTERM)
        elif now - first_seen > _ORPHAN_GRACE_S:
            _kill([process])
        _reap(process.pid)


def stop_in_order(groups: Iterable[list[Child]], force: Callable[[], bool]) -> None:
    """Stops one group after the other, each member within its grace period, then kills all remaining descendants."""
    for group in groups:
        for child in group:
            child.ask_to_stop()
        for child in group:
            _wait_for_end(child, force)
            child.kill()
    left = psutil.Process().children(recursive=True)
    _kill(left)
    for process in left:
        _reap(process.pid, wait=True)


def _wait_for_end(child: Child, force: Callable[[], bool]) -> None:
    deadline = time.monotonic() + child.grace_s
    while child.alive and time.monotonic() < deadline and not force():
        time.sleep(0.05)


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        _signal(process, signal.SIGKILL)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return  # it ended in the meantime, which is fine


def _reap(pid: int, wait: bool = False) -> None:
    try:
        os.waitpid(pid, 0 if wait else os.WNOHANG)
    except ChildProcessError:
        return  # not our child: its own parent reaps it
