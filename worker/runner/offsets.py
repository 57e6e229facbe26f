"""How far a job folder's spool and log have been sent, kept on disk so that a new supervisor goes on there."""

import threading
from pathlib import Path

from gsl.protocol.reports import Wire
from worker.job.folder import write_atomically


class _Offsets(Wire):
    spool: int = 0
    log: int = 0


class Sent:
    """Byte offsets of what the API has acknowledged. Reporter and log shipper each change their own, in two threads."""

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

    def note(self, **offsets: int) -> None:
        with self._lock:
            self._offsets = self._offsets.model_copy(update=offsets)
            write_atomically(self._path, self._offsets.model_dump_json())
