"""Bulk insertion through SQLAlchemy Core: rows with an existing key are replaced.

Statements are built once for each table and its columns, because building one takes longer than storing a small batch.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

Row = dict[str, Any]


def upsert(session: Session, model: type[SQLModel], rows: Sequence[Row], *, unless_older_by: str | None = None) -> None:
    """Insert or replace by primary key. Rows whose column `unless_older_by` is smaller replace nothing.

    What the rows refer to has been flushed.
    """
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel on table models
    connection, names = session.connection(), tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = {name: [row[name] for row in rows] for name in names}
        connection.execute(_from_arrays(table, names, unless_older_by), arrays)
    else:
        connection.execute(_row_by_row(table, names, unless_older_by), list(rows))


@cache
def _from_arrays(table: Table, names: tuple[str, ...], unless_older_by: str | None) -> Any:
    """One statement with an array per column takes a third of the time of one statement per row."""
    arrays = [bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = [func.unnest(array).label(name) for name, array in zip(names, arrays, strict=True)]
    return replacing(postgresql.insert(table).from_select(names, select(*columns)), names, unless_older_by)


@cache
def _row_by_row(table: Table, names: tuple[str, ...], unless_older_by: str | None) -> Any:
    return replacing(sqlite.insert(table), names, unless_older_by)


def replacing(insert: Any, names: Sequence[str], unless_older_by: str | None = None) -> Any:
    """The insertion of these columns, as one that replaces rows with the same primary key."""
    table, fresh = insert.table, insert.excluded
    keys = [column.name for column in table.primary_key]
    changes = {name: fresh[name] for name in names if name not in keys}
    newer = None if unless_older_by is None else fresh[unless_older_by] >= table.c[unless_older_by]
    return insert.on_conflict_do_update(index_elements=keys, set_=changes, where=newer)
