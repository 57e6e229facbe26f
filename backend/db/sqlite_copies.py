"""Copies of a SQLite file, by its online backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from gsl.backend.db.copies import LEFT_OUT, Contents, CopyError, DatabaseCopies, contents

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class SqliteCopies(DatabaseCopies):
    """A copy is a SQLite file too."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, target: Path) -> Contents:
        if not self._path.exists():
            raise CopyError(f"There is no database at {self._path}, so there is nothing to back up.")
        try:
            with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)  # in one step: it reads one state, and in WAL mode nobody waits for it
                copy.execute("PRAGMA journal_mode = DELETE")
                found = contents(lambda query: copy.execute(query).fetchall(), _TABLES)
                _forget_sessions(copy)
        except sqlite3.Error as error:
            raise CopyError(f"The database {self._path} cannot be copied: {error}.") from error
        return found

    def is_empty(self) -> bool:
        if not self._path.exists():
            return True
        try:
            with closing(sqlite3.connect(self._path)) as database:
                return not database.execute(_TABLES).fetchall()
        except sqlite3.Error:
            return False  # no database: something that somebody may want to keep

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Leaves WAL mode, which nobody can while others have the file open, and which puts the log into the file."""
        if self._path.exists():
            try:
                with closing(sqlite3.connect(self._path, timeout=0.2)) as database:
                    database.execute("PRAGMA journal_mode = DELETE").fetchall()
            except sqlite3.OperationalError as error:
                raise CopyError(f"The database {self._path} is in use ({error}): stop the server first.") from error
            except sqlite3.DatabaseError:
                pass  # it is damaged, which is a reason to restore a backup
        yield

    def put(self, source: Path) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for log in ("-wal", "-shm"):
            self._path.with_name(self._path.name + log).unlink(missing_ok=True)
        source.replace(self._path)


def _forget_sessions(copy: sqlite3.Connection) -> None:
    copy.execute("PRAGMA secure_delete = ON")
    if copy.execute(f"SELECT 1 FROM ({_TABLES}) WHERE name = '{LEFT_OUT}'").fetchall():
        copy.execute(f"DELETE FROM {LEFT_OUT}")
        copy.commit()
