"""A trainer as a process: in its own session and group, with its own log, never left behind."""

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
"""How long a trainer whose supervisor died may write its checkpoint."""

_DEATH_TAKES_S = 5.0
_LOOK_EVERY_S = 0.1

# A trainer never speaks to the network, and what it prints is stored and shown: it gets none of the slot's secrets.
_NOT_FOR_TRAINERS = ("GSL_WORKER_TOKEN", "REDIS_URL", "DATABASE_URL", "REMAP_SIGTERM", "FORKED_BY_MULTIPROCESSING")


class TrainerProcess:
    """The running trainer behind its leash (worker/runner/shim.py); the group's id is the leash's process id."""

    def __init__(self, command: Sequence[str], log: Path, lock: int | None = None) -> None:
        """Start `command`; `log` gets what it prints, `lock` is an open file that it keeps open while it lives."""
        leash = [sys.executable, "-m", "worker.runner.shim", str(ORPHAN_GRACE_S), *command]
        self._gone, alive = os.pipe()  # its reading end sees the end of file when leash and trainer are both gone
        with log.open("ab") as output:
            self._leash = subprocess.Popen(
                leash,
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
        return self._leash.pid

    @property
    def killed(self) -> bool:
        """Whether it took SIGKILL to end it."""
        return self._killed

    def poll(self) -> int | None:
        """The trainer's exit code, 128 + n if signal n ended it; None while it runs. Kills it after its grace."""
        if self._kill_at is not None and time.monotonic() >= self._kill_at:
            self.kill()
        if self._runs():
            return None
        self._sweep()
        code = self._leash.wait()
        return 128 - code if code < 0 else code

    def stop(self, grace: float) -> None:
        """Ask the whole group to stop; `poll` kills it after `grace` seconds. Asking again changes nothing."""
        if self._kill_at is None and self._runs():
            self._kill_at = time.monotonic() + grace
            self._signal(signal.SIGTERM)

    def end(self, grace: float) -> None:
        """Stop the group and wait until it is gone."""
        self.stop(grace)
        while self.poll() is None:
            time.sleep(_LOOK_EVERY_S)

    def kill(self) -> None:
        """End the whole group now, if it has not ended, and wait until the trainer is gone."""
        self._killed = self._killed or self._runs()
        self._sweep()
        self._leash.wait()

    def _runs(self) -> bool:
        """Looks without reaping: until the leash is reaped, nobody else can get its process id as a group's."""
        if self._leash.returncode is not None:
            return False
        return os.waitid(os.P_PID, self._leash.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def _sweep(self) -> None:
        """Kill what is left of the group: nothing that the trainer started may outlive it."""
        if self._swept:
            return
        self._swept = True
        self._signal(signal.SIGKILL)
        select.select([self._gone], [], [], _DEATH_TAKES_S)
        os.close(self._gone)
        if self._leash.stdin:
            self._leash.stdin.close()

    def _signal(self, signum: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # the group is empty: what was wanted
            os.killpg(self.group, signum)


def trainer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment a trainer gets: unbuffered, so that its log is there when it dies, and without secrets."""
    kept = {
        name: value
        for name, value in environment.items()
        if name not in _NOT_FOR_TRAINERS and not name.startswith("CELERY_")
    }
    return {**kept, "PYTHONUNBUFFERED": "1"}
