"""What a piece of work asks of the database, counted: statements, and objects made of rows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from gsl.backend.db.engine import Database


@dataclass
class Work:
    """`statements` as sent; `objects` by the name of their class."""

    statements: list[str] = field(default_factory=list)
    objects: Counter[str] = field(default_factory=Counter)

    def about(self, table: str) -> list[str]:
        """The statements that name the table."""
        return [statement for statement in self.statements if table in statement.replace('"', " ").split()]


@contextmanager
def counted(database: Database) -> Iterator[Work]:
    """Whatever any thread asks of this database meanwhile."""
    work = Work()

    def sent(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        work.statements.append(statement)

    def loaded(session: Any, instance: object) -> None:
        if session.get_bind().url == database.engine.url:
            work.objects[type(instance).__name__] += 1

    event.listen(database.engine, "before_cursor_execute", sent)
    event.listen(Session, "loaded_as_persistent", loaded)
    try:
        yield work
    finally:
        event.remove(database.engine, "before_cursor_execute", sent)
        event.remove(Session, "loaded_as_persistent", loaded)
