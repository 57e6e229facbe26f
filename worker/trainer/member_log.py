"""Log lines of a process with several jobs: each goes to the log of the job that was being worked on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

FORMAT = "%(asctime)s %(message)s"

_current: ContextVar[Path | None] = ContextVar("_current", default=None)


@contextmanager
def logging_to(file: Path) -> Iterator[None]:
    """Lines that are logged here belong to the job whose log `file` is."""
    token = _current.set(file)
    try:
        yield
    finally:
        _current.reset(token)


class MemberLog(logging.Handler):
    """Appends each line to the log of its job; what belongs to none goes to `other`."""

    def __init__(self, other: logging.Handler) -> None:
        super().__init__()
        self._other = other
        self.setFormatter(logging.Formatter(FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        file = _current.get()
        if file is None:
            self._other.handle(record)
            return
        with file.open("a") as log:
            log.write(self.format(record) + "\n")
