"""How a trainer learns that it should stop: a signal, a file, or the death of whoever started it."""

import ctypes
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 20.0
"""How long a trainer whose parent died may take to write its checkpoint."""


class Stopped(Exception):
    """The trainer was asked to stop; its newest checkpoint is where the job goes on."""


class StopRequest:
    """Whether to stop. Asked between any two environment steps, so it must be cheap."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._wanted = False
        self._looked = 0.0

    @property
    def wanted(self) -> bool:
        """Whether a stop was asked for; looks for the file a few times a second."""
        now = time.monotonic()
        if not self._wanted and self._file is not None and now - self._looked > 0.2:
            self._looked = now
            self._wanted = self._file.exists()
        return self._wanted

    def ask(self) -> None:
        self._wanted = True

    def check(self) -> None:
        """Raise Stopped at once if a stop was asked for: for work that starts anew when the job goes on."""
        if self.wanted:
            raise Stopped

    def listen(self) -> None:
        """Let SIGTERM and SIGINT ask for a stop instead of ending the process."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def follow_parent(self) -> None:
        """Stop when the parent process dies, and end for certain after a grace.

        Linux sends SIGUSR1 when the parent's *thread* ends, so its handler looks whether the parent is really gone; a
        watching thread does the same for parents that died before this call.
        """
        parent = os.getppid()
        signal.signal(signal.SIGUSR1, lambda _signal, _frame: self.ask() if os.getppid() != parent else None)
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
        threading.Thread(target=self._watch, args=(parent,), daemon=True, name="parent-watch").start()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.ask()

    def _watch(self, parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        self.ask()
        time.sleep(GRACE_SECONDS)
        if os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)  # with every process the trainer started
        os._exit(1)
