"""Bulk insertion through Core: rows whose key is there already are replaced."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def upsert(
    session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]], *, unless_older_by: str | None = None
) -> None:
    """Insert or replace by primary key. `unless_older_by` names a column: a row with a smaller one replaces nothing."""
    if not rows:
        return
    session.flush()
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel on table models
    dialect = session.connection().dialect.name
    statement: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    fresh = statement.excluded
    keys = [column.name for column in table.primary_key]
    changes = {name: fresh[name] for name in rows[0] if name not in keys}
    newer = None if unless_older_by is None else fresh[unless_older_by] >= table.c[unless_older_by]
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changes, where=newer)
    session.connection().execute(statement, list(rows))
