"""Writers on SQLite: one at a time, in order of arrival, bulk last."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as WaitedTooLongError
from sqlmodel import SQLModel, text

from gsl.backend.db.engine import Database
from gsl.backend.db.write_turns import WriteTurns
from tests.backend.conftest import settings_on


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(settings_on(tmp_path).database_url)
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


def _write(database: Database, name: str, *, bulk: bool = False) -> None:
    with database.write(bulk=bulk) as session:
        session.connection().execute(
            text("INSERT INTO experiment (name, description, created_at) VALUES (:name, '', '')"), {"name": name}
        )


def _sql(database: Database, statement: str) -> None:
    with database.write() as session:
        session.connection().execute(text(statement))


def _lose_connection(database: Database) -> None:
    with database.write() as session:
        session.connection().invalidate()


def _in_thread(work: Callable[[], None]) -> threading.Thread:
    """Started and, as nobody gives way yet, waiting for its turn."""
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    return thread


def test_little_goes_before_much_and_otherwise_the_first_first(database: Database) -> None:
    with database.write() as holder:
        holder.connection()
        names = [("bulk 1", True), ("one", False), ("bulk 2", True), ("two", False)]
        waiting = [_in_thread(lambda n=name, b=bulk: _write(database, n, bulk=b)) for name, bulk in names]  # type: ignore[misc]  # bound now
    for thread in waiting:
        thread.join()
    with database.read() as session:
        order = session.connection().execute(text("SELECT name FROM experiment ORDER BY id")).scalars().all()
    assert order == ["one", "two", "bulk 1", "bulk 2"]


def test_a_turn_ends_however_its_transaction_does(database: Database) -> None:
    with pytest.raises(DatabaseError):
        _sql(database, "no SQL")
    with pytest.raises(PendingRollbackError):
        _lose_connection(database)
    with database.write():
        pass  # nothing was written, so no turn was taken
    _write(database, "after them")


def test_a_turn_that_never_comes_is_an_error_and_keeps_nobody_waiting() -> None:
    turns = WriteTurns(patience_s=0.1)
    turns.take(bulk=False)
    with pytest.raises(WaitedTooLongError, match="busy"):
        turns.take(bulk=False)
    turns.give_back()
    turns.take(bulk=True)
