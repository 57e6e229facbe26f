"""Sending a file to the API while it grows: the loop, and how far each file of a job has been sent."""

import threading
from collections.abc import Callable
from pathlib import Path

from gsl.atomic_file import write_text
from gsl.protocol.reports import Wire


class FileFollower:
    """Calls `send_next` again and again, in a thread of its own, until the file is closed and sent completely."""

    def __init__(self, send_next: Callable[[], int | None], poll_s: float, pause_s: float) -> None:
        """`send_next` sends the next piece of the file; returns how many bytes the file had beyond it, or None if there
        is no piece at the moment.

        `poll_s`: seconds between looks at a file that does not grow. `pause_s`: seconds for which what is appended
        after something was sent is joined into the next piece.
        """
        self._send_next, self._poll_s, self._pause_s = send_next, poll_s, pause_s
        self._closed = threading.Event()

    def run(self) -> None:
        """Send until `close`, then send the rest. Raises what `send_next` raises."""
        while True:
            closed = self._closed.is_set()  # read before the last pass, so that it sees everything written until then
            sent = self.drain()
            if closed:
                return
            self._closed.wait(self._pause_s if sent else self._poll_s)

    def drain(self) -> bool:
        """Send everything that the file holds now, but not what is appended meanwhile; whether there was anything."""
        left = self._send_next()
        sent = left is not None
        while left:
            left = self._send_next()
        return sent

    def close(self) -> None:
        """Nothing more will be written to the file."""
        self._closed.set()


class _Offsets(Wire):
    spool: int = 0
    log: int = 0


class AckedOffsets:
    """How many bytes of a job's spool and log the API has acknowledged.

    Stored in the job's folder, so that a restarted worker continues there. Two threads commit, one for each file.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "sent.json"
        self._lock = threading.Lock()
        self._offsets = _Offsets.model_validate_json(self._path.read_text()) if self._path.exists() else _Offsets()

    @property
    def spool(self) -> int:
        return self._offsets.spool

    @property
    def log(self) -> int:
        return self._offsets.log

    def commit(self, **offsets: int) -> None:
        """Store new offsets, by name."""
        with self._lock:
            self._offsets = self._offsets.model_copy(update=offsets)
            write_text(self._path, self._offsets.model_dump_json())
