"""The database: its engine, sessions, and actions to run after a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlmodel import Session

_AFTER_COMMIT = "after_commit"
_BUSY_TIMEOUT_S = 30
MAX_CONNECTIONS = 40
"""Of one process; PostgreSQL allows a hundred by default."""
_POOL = {"pool_size": 10, "max_overflow": MAX_CONNECTIONS - 10}


class Database:
    """Sessions that read, and sessions that write in one transaction each.

    On SQLite a writing session takes the write lock at once (BEGIN IMMEDIATE), so two writers queue for it instead of
    failing in the middle; readers never wait (write-ahead log).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._writer = self.engine.execution_options(gsl_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back if the block raises."""
        with Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()
            actions = session.info.pop(_AFTER_COMMIT, [])
        for action in actions:
            action()

    def close(self) -> None:
        self.engine.dispose()


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Run `action` after `Database.write` commits, never if it rolls back: messages, events, removal of files."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_timeout=15, **_POOL)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_S}, **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 would otherwise begin transactions by its own rules
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("gsl_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
