"""The runner's end of a warm parent (worker/trainer/warm.py): asks it for forks, and leads their process groups."""

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from gsl.worker.runner.trainer_process import ORPHAN_GRACE_S, TrainerFiles, trainer_environment

WARM_PARENT = (sys.executable, "-m", "gsl.worker.trainer.warm")
READY_WITHIN_S = 120.0
"""Longest wait for imports; then the job starts in a fresh process."""
_ANSWERS_WITHIN_S = 5.0
_CHECK_EVERY_S = 0.1
_MOST_BYTES = 1 << 16


class NoFork(Exception):
    """Why the parent forks no trainer. `module`: whose import is the reason, if it is known, which then stays so."""

    def __init__(self, reason: str, module: str | None = None) -> None:
        super().__init__(reason)
        self.module = module


class WarmParent:
    """A process that has imported what trainers need; has one trainer at a time."""

    def __init__(self, command: Sequence[str] = WARM_PARENT) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(ORPHAN_GRACE_S)],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
                env=trainer_environment(os.environ),
            )
        self._ready = self._retired = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether it lives and will fork again."""
        return not self._retired and self._process.poll() is None

    def fork(
        self, arguments: Sequence[str], modules: Sequence[str], files: TrainerFiles, give_up: Callable[[], bool]
    ) -> "Fork":
        """A trainer with these arguments, whose parent imports `modules` first. Raises NoFork."""
        deadline = time.monotonic() + READY_WITHIN_S
        if not self._ready:
            self._next("ready", deadline, give_up)
            self._ready = True
        self._request(arguments, modules, files)
        return Fork(self, self._next("started", deadline, give_up)["started"])

    def send(self, number: signal.Signals) -> None:
        """Pass a signal on to the trainer's group."""
        with suppress(ConnectionError):
            self._control.send(json.dumps({"signal": int(number)}).encode())

    def receive(self, seconds: float) -> dict[str, Any] | None:
        """What the parent says; nothing within `seconds` is None. Raises NoFork if it has died."""
        readable, _, _ = select.select([self._control], [], [], seconds)
        if not readable:
            return None
        data = self._read()
        if not data:
            self.end()
            raise NoFork(f"the warm parent ended with exit code {self._process.returncode}")
        message: dict[str, Any] = json.loads(data)
        self._retired = message.get("last", False)
        return message

    def _read(self) -> bytes:
        """Its next message; empty once it has ended."""
        with suppress(ConnectionResetError):  # it ended without reading all; what it had said is still to be read
            return self._control.recv(_MOST_BYTES)
        return self._control.recv(_MOST_BYTES)

    def end(self) -> None:
        """Kill it, and with it a trainer that it has."""
        self._process.kill()
        self._process.wait()
        self._control.close()

    def close(self) -> None:
        """Let it end by itself."""
        self._control.close()
        self._process.wait()

    def _request(self, arguments: Sequence[str], modules: Sequence[str], files: TrainerFiles) -> None:
        request = json.dumps({"arguments": [*arguments], "modules": [*modules]}).encode()
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [files.log, *files.held]).tobytes())
        try:
            self._control.sendmsg([request], [rights])
        except ConnectionError:
            self.end()
            raise NoFork("the warm parent has died") from None

    def _next(self, what: str, deadline: float, give_up: Callable[[], bool]) -> dict[str, Any]:
        """The next message, which must have `what`. Raises NoFork; the parent has ended then."""
        while (message := self.receive(_CHECK_EVERY_S)) is None:
            if time.monotonic() > deadline or give_up():
                self.end()
                raise NoFork("the warm parent was not ready in time")
        if what not in message:
            self.end()
            raise NoFork(f"importing {message['module']} {message['unfit']}", message["module"])
        return message


class Fork:
    """The leader of a forked trainer's group: the trainer itself, which its parent watches and reaps."""

    def __init__(self, parent: WarmParent, pid: int) -> None:
        self._parent, self._pid = parent, pid
        self._code: int | None = None

    @property
    def group(self) -> int:
        return self._pid

    def runs(self, seconds: float) -> bool:
        self._look(seconds)
        return self._code is None

    def wait(self) -> int:
        """If the parent does not answer any more, it is killed, and so is the trainer."""
        until = time.monotonic() + _ANSWERS_WITHIN_S
        while self._code is None:
            if time.monotonic() > until:
                self._parent.end()
                return self._parent_died()
            self._look(_CHECK_EVERY_S)
        return self._code

    def send(self, number: signal.Signals) -> None:
        """Nothing once it has ended: its parent has killed the rest of the group then."""
        if self._code is None:
            self._parent.send(number)

    def release(self) -> None:
        """The parent stays for the next trainer."""

    def _look(self, seconds: float) -> None:
        if self._code is not None:
            return
        try:
            message = self._parent.receive(seconds)
        except NoFork:
            self._parent_died()
            return
        if message is not None:
            self._code = message["ended"]

    def _parent_died(self) -> int:
        """The kernel has killed the trainer; this kills what that one has started."""
        self._code = 128 + signal.SIGKILL
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        return self._code
