"""Queries over runs as SQL: the whole of a query is one condition that the database decides."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Run
from gsl.backend.domain import run_query
from gsl.backend.domain.query_grammar import QueryError
from gsl.backend.domain.query_values import Span, Value
from gsl.backend.domain.run_fields import Field
from gsl.backend.domain.run_query import All, AnyOf, Comparison, Node, Not, Text
from gsl.backend.errors import InvalidError
from gsl.backend.store.run_columns import NAMED, expression, has_metric
from gsl.backend.store.run_text import found_by, has_tag, has_tag_with
from gsl.protocol.api import FieldError
from gsl.protocol.api.base import MAX_ID

Condition = ColumnElement[bool]
_DENIED = {"!=": "=", "!~": "~", "not in": "in"}


def read(session: Session, query: str | None, field: str = "q") -> Node | None:
    """What a request asks for. Raises `InvalidError`, which names the field and the character that is wrong."""
    try:
        return run_query.read(query or "", now(), lambda name: has_metric(session, name))
    except QueryError as error:
        message = f"at character {error.position + 1}: {error.message}"
        raise InvalidError(
            f"{field}: {message}", [FieldError(field=field, message=message, position=error.position)]
        ) from None


def condition(node: Node, dialect: str) -> Condition:
    """What a run must fulfil. A comparison with a value that a run does not have is NULL, which counts as untrue."""
    if isinstance(node, Text):
        return found_by(node.text)
    if isinstance(node, Not):
        return _denied(condition(node.part, dialect))
    if isinstance(node, All | AnyOf):
        join = and_ if isinstance(node, All) else or_
        return join(*(condition(part, dialect) for part in node.parts))
    return _compared(node, dialect)


def _denied(part: Condition) -> Condition:
    return not_(func.coalesce(part, false()))


def _compared(comparison: Comparison, dialect: str) -> Condition:
    if comparison.operator in _DENIED:
        opposite = Comparison(comparison.field, _DENIED[comparison.operator], comparison.values)
        return _denied(_compared(opposite, dialect))
    if comparison.operator == "~":
        return _contains(comparison.field, str(comparison.values[0]), dialect)
    if comparison.operator in ("=", "in"):
        return or_(*(_equals(comparison.field, value, dialect) for value in comparison.values))
    [value] = comparison.values
    return _ordered(expression(comparison.field, dialect), comparison.operator, value)


def _equals(field: Field, value: Value, dialect: str) -> Condition:
    if value is None:
        return _missing(field, dialect)
    if field.kind == "tag":
        return has_tag(str(value), dialect)
    if field.kind == "name":
        return _is_named(field, str(value))
    found = expression(field, dialect)
    if isinstance(value, Span):
        return and_(found >= value.begin, found < value.end) if value.begin < value.end else found == value.begin
    return found.is_(value) if isinstance(value, bool) else found == value


def _missing(field: Field, dialect: str) -> Condition:
    found = expression(field, dialect)
    if field.kind == "tag":
        length = func.jsonb_array_length if dialect == "postgresql" else func.json_array_length
        return length(found) == 0
    return or_(found.is_(None), found == "") if field.kind == "text" else found.is_(None)


def _ordered(found: Any, operator: str, value: Value) -> Condition:
    """Of two moments; a whole day is later than all before it, and earlier than all behind it."""
    begin, end = (value.begin, value.end) if isinstance(value, Span) else (value, value)
    if operator in ("<", ">="):
        return found < begin if operator == "<" else found >= begin  # type: ignore[no-any-return]  # of SQL, not of Python
    if begin != end:
        return found >= end if operator == ">" else found < end  # type: ignore[no-any-return]  # as above
    return found > end if operator == ">" else found <= end  # type: ignore[no-any-return]  # as above


def _contains(field: Field, text: str, dialect: str) -> Condition:
    if field.kind == "tag":
        return has_tag_with(text, dialect)
    if field.kind == "name":
        table = NAMED[field.place[0]]
        named = select(table.id).where(col(table.name).icontains(text, autoescape=True))
        return col(getattr(Run, field.place[0])).in_(named)
    return expression(field, dialect).icontains(text, autoescape=True)


def _is_named(field: Field, text: str) -> Condition:
    table = NAMED[field.place[0]]
    number = int(text) if text.isdecimal() and int(text) <= MAX_ID else None
    alike = or_(col(table.name) == text, col(table.id) == number)
    return col(getattr(Run, field.place[0])).in_(select(table.id).where(alike))
