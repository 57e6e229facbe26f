"""Column types that behave the same on SQLite and PostgreSQL, and the kinds of column that tables are made of."""

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Dialect, Float, ForeignKey, Integer, String, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class FiniteFloat(TypeDecorator[float]):
    """Stores NaN and infinities as NULL; nothing else does."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        return value if value is not None and math.isfinite(value) else None


class UtcDateTime(TypeDecorator[datetime]):
    """Timezone-aware UTC times, also on SQLite, which stores no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


BIG_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite generates ids only for a plain INTEGER
JSON_TYPE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


# Every constraint has a name, so that a later migration can refer to it.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    return datetime.now(UTC)


def identity() -> Any:
    return Field(default=None, sa_column=Column(BIG_ID, primary_key=True))


def reference(target: str, *, nullable: bool = False, on_delete: str = "CASCADE", **options: Any) -> Any:
    default = None if nullable else ...
    return Field(
        default, sa_column=Column(BIG_ID, ForeignKey(target, ondelete=on_delete), nullable=nullable, **options)
    )


def loose_reference(**options: Any) -> Any:
    """An id without a foreign key, which SQLite cannot add to an existing table."""
    return Field(None, sa_column=Column(BIG_ID, nullable=True, **options))


def renamed_text_column(name: str, default: str) -> Any:
    """Text in a column that keeps its first name, while the attribute has a better one."""
    return Field(default, sa_column=Column(name, String, nullable=False))


def added_text_column() -> Any:
    """Text added by a later migration; SQLite requires a default for existing rows."""
    return Field("", sa_column=Column(String, nullable=False, server_default=""))


def added_number_column() -> Any:
    """A whole number added by a later migration; 0 in older rows."""
    return Field(0, sa_column=Column(Integer, nullable=False, server_default="0"))


def added_flag_column() -> Any:
    """Yes or no, added by a later migration; no in older rows."""
    return Field(False, sa_column=Column(Boolean, nullable=False, server_default=false()))


def added_steps_column() -> Any:
    """Steps counted since a later migration; 0 in older rows."""
    return Field(0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


def unique_text_column() -> Any:
    """Text that is unique among the rows that have any."""
    return Field(None, sa_column=Column(String, nullable=True, unique=True, index=True))


def hash_column() -> Any:
    """The SHA-256 of a secret by which its row is found."""
    return Field(sa_column=Column(String(64), nullable=False, unique=True, index=True))


def json_column(default: Any = ...) -> Any:
    nullable = default is None
    if callable(default):
        return Field(default_factory=default, sa_column=Column(JSON_TYPE, nullable=False))
    return Field(default, sa_column=Column(JSON_TYPE, nullable=nullable))


def added_list_column() -> Any:
    """A list added by a later migration; empty in older rows."""
    return Field(default_factory=list, sa_column=Column(JSON_TYPE, nullable=False, server_default="[]"))


def added_object_column() -> Any:
    """Values by name, added by a later migration; none in older rows."""
    return Field(default_factory=dict, sa_column=Column(JSON_TYPE, nullable=False, server_default="{}"))


def steps_column() -> Any:
    return Field(0, sa_column=Column(BigInteger, nullable=False))


def number_column(nullable: bool = True) -> Any:
    return Field(None if nullable else ..., sa_column=Column(FiniteFloat, nullable=nullable))


def time_column(name: str | None = None, *, nullable: bool = False, **options: Any) -> Any:
    """`name` is the column's, where the attribute has got a better one since."""
    column = Column(name, UtcDateTime, nullable=nullable, **options)
    return Field(None, sa_column=column) if nullable else Field(default_factory=now, sa_column=column)
