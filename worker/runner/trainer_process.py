"""A trainer as a process: in its own session and group, with its own log, and never left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ORPHAN_GRACE_S = 10.0
"""How long a trainer may take to write its checkpoint after its runner has died."""

_DEATH_TAKES_S = 5.0
_CHECK_EVERY_S = 0.1

# A trainer never uses the network, and its output is stored and shown, so it gets none of the slot's secrets.
_NOT_FOR_TRAINERS = ("GSL_WORKER_TOKEN", "REDIS_URL", "DATABASE_URL", "REMAP_SIGTERM", "FORKED_BY_MULTIPROCESSING")


class TrainerProcess:
    """The running trainer behind its shim (worker/runner/shim.py), whose process id is also that of the group."""

    def __init__(self, command: Sequence[str], log: Path, lock: int | None = None) -> None:
        """Start `command` with its output in `log`; it keeps the open file `lock` open as long as it lives."""
        shim = [sys.executable, "-m", "worker.runner.shim", str(ORPHAN_GRACE_S), *command]
        self._gone, alive = os.pipe()  # its reading end reaches the end of file when shim and trainer are both gone
        with log.open("ab") as output:
            self._shim = subprocess.Popen(
                shim,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(alive,) if lock is None else (alive, lock),
                env=trainer_environment(os.environ),
            )
        os.close(alive)
        self._swept = False
        self._kill_at: float | None = None
        self._killed = False

    @property
    def group(self) -> int:
        return self._shim.pid

    @property
    def killed(self) -> bool:
        """Whether it took SIGKILL to end it."""
        return self._killed

    def poll(self) -> int | None:
        """The trainer's exit code, 128 + n if signal n killed it; None while it runs. Kills it after its grace."""
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self.kill()
        if self._runs():
            return None
        self._sweep()
        code = self._shim.wait()
        return 128 - code if code < 0 else code

    def stop(self, grace: float) -> None:
        """Ask the whole group to stop; `poll` kills it after `grace` seconds. A second call changes nothing."""
        if self._kill_at is None and self._runs():
            self._kill_at = time.monotonic() + grace
            self._signal(signal.SIGTERM)

    def end(self, grace: float) -> None:
        """Stop the group and wait until it is gone."""
        self.stop(grace)
        while self.poll() is None:
            time.sleep(_CHECK_EVERY_S)

    def kill(self) -> None:
        """Kill the whole group if it is still running, and wait until the trainer is gone."""
        self._killed = self._killed or self._runs()
        self._sweep()
        self._shim.wait()

    def _runs(self) -> bool:
        """Checked without reaping: until the shim is reaped, no other group can get its process id."""
        if self._shim.returncode is not None:
            return False
        return os.waitid(os.P_PID, self._shim.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def _sweep(self) -> None:
        """Kill the rest of the group: nothing that the trainer started may outlive it."""
        if self._swept:
            return
        self._swept = True
        self._signal(signal.SIGKILL)
        select.select([self._gone], [], [], _DEATH_TAKES_S)
        os.close(self._gone)
        if self._shim.stdin:
            self._shim.stdin.close()

    def _signal(self, signum: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # the group has no processes any more
            os.killpg(self.group, signum)


def trainer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a trainer: unbuffered, so that its log is complete when it dies, and without secrets."""
    kept = {
        name: value
        for name, value in environment.items()
        if name not in _NOT_FOR_TRAINERS and not name.startswith("CELERY_")
    }
    return {**kept, "PYTHONUNBUFFERED": "1"}
