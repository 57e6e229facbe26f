"""The file of a SQLite database, and whether it is still the one that the server opened.

A server whose file was removed or replaced could go on for hours, and everything it stores would be lost with the open
file. So no connection and no transaction begins on another file than the first.
"""

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

_REMEDY = "Put the file back, or stop the server, restore a backup and start it again"


class SqliteFile:
    """Remembers the file by device and inode when the first connection has opened it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, int] | None = None

    def remember(self) -> None:
        if self._opened is None:
            self._opened = _identity(self.path)

    def check(self) -> None:
        """Raises `OperationalError` if the path no longer leads to the file that was opened first."""
        if self._opened is None or self._opened == (found := _identity(self.path)):
            return
        what = "removed" if found is None else "replaced by another"
        reason = f"The file {self.path} was {what} while the server was running. {_REMEDY}"
        raise OperationalError("BEGIN", None, FileNotFoundError(reason))


def file_of(url: URL) -> Path | None:
    """The database's file; None for one in memory, on another server, or named by a URI of SQLite's own."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":memory:", "file:")):
        return None
    return Path(url.database)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
