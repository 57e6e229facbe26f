"""How a trainer is asked to stop: by a signal or by a file.

It does not watch its parent: the shim (worker/runner/shim.py) sends SIGTERM, and later SIGKILL, if the runner dies.
"""

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

_CHECK_EVERY_S = 0.2


class Stopped(Exception):
    """The trainer stopped on request; the job resumes from its newest checkpoint."""


class StopRequest:
    """Whether to stop. Checked between any two environment steps, so it must be cheap, and it is a sign of life."""

    def __init__(self, file: Path | None = None, alive: Path | None = None) -> None:
        """The existence of `file` requests a stop, too; `alive` is touched with each look for it."""
        self._file, self._alive = file, alive
        self._requested = False
        self._checked_at = 0.0

    @property
    def requested(self) -> bool:
        """Whether a stop was requested; looks for the file a few times a second."""
        now = time.monotonic()
        if now - self._checked_at > _CHECK_EVERY_S:
            self._checked_at = now
            if self._alive is not None:
                self._alive.touch()
            self._look()
        return self._requested

    def check_in_silence(self) -> None:
        """Raise Stopped if a stop was requested. No sign of life: whoever is waited for may hang."""
        if self.requested_in_silence:
            raise Stopped

    @property
    def requested_in_silence(self) -> bool:
        """Whether a stop was requested; no sign of life."""
        self._look()
        return self._requested

    def _look(self) -> None:
        if self._file is not None and self._file.exists():
            self._requested = True

    def check(self) -> None:
        """Raise Stopped at once if a stop was requested: for work that starts over when the job resumes."""
        if self.requested:
            raise Stopped

    def request(self) -> None:
        """Ask for a stop from within this process."""
        self._requested = True


def listen(stops: Sequence[StopRequest]) -> None:
    """Let SIGTERM and SIGINT request all these stops instead of ending the process."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        for stop in stops:
            stop.request()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
