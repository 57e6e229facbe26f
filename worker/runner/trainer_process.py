"""A trainer as a process: in its own session and group, with its own log, and never left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from gsl.worker.job.process import exit_code

ORPHAN_GRACE_S = 10.0
"""How long a trainer may take to write its checkpoint after its runner has died."""

_DEATH_TAKES_S = 5.0
_CHECK_EVERY_S = 0.1

# A trainer never uses the network, and its output is stored and shown, so it gets none of the slot's secrets.
_NOT_FOR_TRAINERS = ("GSL_WORKER_TOKEN", "GSL_OWNER_TOKEN", "GSL_TOKEN", "REDIS_URL", "DATABASE_URL")


@dataclass(frozen=True)
class TrainerFiles:
    """Open files of a trainer: its log, and what it holds open as long as it lives."""

    log: int
    held: tuple[int, ...]


class Leader(Protocol):
    """What a trainer's process group can be reached through: its shim, or the warm parent that forked it."""

    @property
    def group(self) -> int: ...

    def runs(self, seconds: float) -> bool:
        """Waits so long for its end. Does not let go of the group's number, which no other group can get meanwhile."""

    def wait(self) -> int:
        """The trainer's exit code, 128 + n if signal n killed it, once it has ended."""

    def send(self, number: signal.Signals) -> None:
        """To the whole group, if there still is one."""

    def release(self) -> None:
        """The group has ended."""


class TrainerProcess:
    """A running trainer and its process group."""

    def __init__(self, leader: Leader, gone: int) -> None:
        """`gone` is the reading end of a pipe that reaches its end of file when the trainer and its shim are gone."""
        self._leader, self._gone = leader, gone
        self._swept = False
        self._kill_at: float | None = None
        self._killed = False

    @property
    def group(self) -> int:
        return self._leader.group

    @property
    def killed(self) -> bool:
        """Whether it took SIGKILL to end it."""
        return self._killed

    def poll(self, seconds: float = 0) -> int | None:
        """The trainer's exit code, 128 + n if signal n killed it; None if it still runs after `seconds`.

        Kills it after its grace.
        """
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self.kill()
        if self._leader.runs(seconds):
            return None
        self._sweep()
        return self._leader.wait()

    def stop(self, grace: float) -> None:
        """Ask the whole group to stop; `poll` kills it after `grace` seconds. A second call changes nothing."""
        if self._kill_at is None and self._leader.runs(0):
            self._kill_at = time.monotonic() + grace
            self._leader.send(signal.SIGTERM)

    def end(self, grace: float) -> None:
        """Stop the group and wait until it is gone."""
        self.stop(grace)
        while self.poll(_CHECK_EVERY_S) is None:
            pass

    def kill(self) -> None:
        """Kill the whole group if it is still running, and wait until the trainer is gone."""
        self._killed = self._killed or self._leader.runs(0)
        self._sweep()
        self._leader.wait()

    def _sweep(self) -> None:
        """Kill the rest of the group: nothing that the trainer started may outlive it."""
        if self._swept:
            return
        self._swept = True
        self._leader.send(signal.SIGKILL)
        select.select([self._gone], [], [], _DEATH_TAKES_S)
        os.close(self._gone)
        self._leader.release()


class Shim:
    """The leader of the group of a trainer in a fresh process (worker/runner/shim.py)."""

    def __init__(self, command: Sequence[str], files: TrainerFiles) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gsl.worker.runner.shim", str(ORPHAN_GRACE_S), *command],
            stdin=subprocess.PIPE,
            stdout=files.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=files.held,
            env=trainer_environment(os.environ),
        )

    @property
    def group(self) -> int:
        return self._process.pid

    def runs(self, seconds: float) -> bool:
        if self._process.returncode is not None:
            return False
        time.sleep(seconds)
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def wait(self) -> int:
        return exit_code(self._process.wait())

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, number)

    def release(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()


def trainer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a trainer: unbuffered, so that its log is complete when it dies, and without secrets.

    OpenBLAS would start its threads when NumPy is imported, for products that are too small for them, and a warm parent
    may have none.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name not in _NOT_FOR_TRAINERS and not name.startswith("CELERY_")
    }
    return {"OPENBLAS_NUM_THREADS": "1", **kept, "PYTHONUNBUFFERED": "1"}
