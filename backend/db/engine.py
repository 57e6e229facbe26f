"""The database: its engine, sessions, and actions to run after a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from gsl.backend.db.sqlite_file import SqliteFile, file_of
from gsl.backend.db.write_turns import take_turns

_AFTER_COMMIT = "after_commit"
_BUSY_TIMEOUT_S = 30
_PROBE_TIMEOUT_S = 0.2
_WRITES_NOTHING = "DELETE FROM run WHERE 1 = 0"
MAX_CONNECTIONS = 40
"""Of one process; PostgreSQL allows a hundred by default."""
_POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": MAX_CONNECTIONS - 10, "pool_timeout": 15}


class Database:
    """Sessions that read, and sessions that write in one transaction each.

    On SQLite a writing session takes the write lock at once (BEGIN IMMEDIATE), so two writers queue for it instead of
    failing in the middle (`write_turns`); readers never wait (write-ahead log).
    """

    def __init__(self, url: str) -> None:
        self.url = url
        path = file_of(make_url(url))
        self._file = None if path is None else SqliteFile(path)
        self.engine = make_engine(url, self._file)
        self._writer = self.engine.execution_options(gsl_write="usual")
        self._bulk_writer = self.engine.execution_options(gsl_write="bulk")

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, bulk: bool = False) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back if the block raises.

        `bulk`: it may write much, so on SQLite all that waits to write little goes first.
        """
        with Session(self._bulk_writer if bulk else self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()
            actions = session.info.pop(_AFTER_COMMIT, [])
        for action in actions:
            action()

    def probe(self) -> None:
        """Connect anew and write nothing, without waiting for other writers.

        Raises `SQLAlchemyError` if the database is away, lacks its tables, can only be read, or is another file.
        """
        engine = make_engine(self.url, self._file, probing=True)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(_WRITES_NOTHING)
        except OperationalError as error:
            if "database is locked" not in str(error.orig):  # somebody is writing, so it can be written to
                raise

    def close(self) -> None:
        self.engine.dispose()


def after_commit(session: Session, action: Callable[[], object]) -> None:
    """Run `action` after `Database.write` commits, never if it rolls back: messages, events, removal of files."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def make_engine(url: str, file: SqliteFile | None = None, *, probing: bool = False) -> Engine:
    """`file`: a SQLite file that must stay the same. `probing`: each connection is new, and waits for no other."""
    parsed = make_url(url)
    pool = {"poolclass": NullPool} if probing else _POOL
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, **pool)
    path = file_of(parsed)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    timeout = _PROBE_TIMEOUT_S if probing else _BUSY_TIMEOUT_S
    engine = create_engine(parsed, connect_args={"timeout": timeout}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    if file is not None:
        _stay_on(engine, file)
    take_turns(engine, _BUSY_TIMEOUT_S)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _stay_on(engine: Engine, file: SqliteFile) -> None:
    """Before a connection is made, because it would create a missing file; and before each transaction."""
    event.listen(engine, "do_connect", lambda *_: file.check())
    event.listen(engine, "connect", lambda *_: file.remember())
    event.listen(engine, "begin", lambda _: file.check())


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 would otherwise begin transactions by its own rules
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("gsl_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
