"""Bulk insertion through SQLAlchemy Core: rows with an existing key are replaced."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Row = dict[str, Any]


def upsert(session: Session, model: type[SQLModel], rows: Sequence[Row], *, unless_older_by: str | None = None) -> None:
    """Insert or replace by primary key. Rows whose column `unless_older_by` is smaller replace nothing."""
    if not rows:
        return
    session.flush()
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel on table models
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_replacing(_from_arrays(table, rows), table, rows[0], unless_older_by))
    else:
        connection.execute(_replacing(sqlite.insert(table), table, rows[0], unless_older_by), list(rows))


def _from_arrays(table: Table, rows: Sequence[Row]) -> postgresql.Insert:
    """One statement with an array per column takes a third of the time of one statement per row."""
    names = list(rows[0])
    arrays = [
        bindparam(name, [row[name] for row in rows], type_=postgresql.ARRAY(table.c[name].type)) for name in names
    ]
    columns = [func.unnest(array).label(name) for name, array in zip(names, arrays, strict=True)]
    return postgresql.insert(table).from_select(names, select(*columns))


def _replacing(statement: Any, table: Table, row: Row, unless_older_by: str | None) -> Any:
    fresh = statement.excluded
    keys = [column.name for column in table.primary_key]
    changes = {name: fresh[name] for name in row if name not in keys}
    newer = None if unless_older_by is None else fresh[unless_older_by] >= table.c[unless_older_by]
    return statement.on_conflict_do_update(index_elements=keys, set_=changes, where=newer)
