"""What the fields of queries are in SQL, alike on SQLite and PostgreSQL: columns, settings in the stored configuration,
and metrics."""

import re
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Float, Text, case, cast, func, true
from sqlmodel import Session, col, select

from gsl.backend.db.models import Experiment, Run
from gsl.backend.db.project_models import Project
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.run_fields import Field
from gsl.backend.store import reach
from gsl.backend.store.run_text import each_tag
from gsl.protocol.metrics import METRICS, in_order

NAMED: dict[str, type[Experiment] | type[Project]] = {"experiment_id": Experiment, "project_id": Project}
"""What a column holds the number of."""
_NEWEST = 200
_METRIC = re.compile(r"[\w./-]{1,100}")


def expression(field: Field, dialect: str) -> ColumnElement[Any]:
    """The value of a run; NULL if it has none. Of what has a name, the number."""
    if field.source == "run":
        column: ColumnElement[Any] = getattr(Run, field.place[0])
        return column.is_not(None) if field.kind == "flag" else column
    document = col(Run.config if field.source == "setting" else Run.metrics)
    return (_from_jsonb if dialect == "postgresql" else _from_text)(document, field)


def _from_jsonb(document: Any, field: Field) -> ColumnElement[Any]:
    if field.kind == "text":
        return func.jsonb_extract_path_text(document, *field.place)
    value = func.jsonb_extract_path(document, *field.place)
    name, kind = ("number", Float(53)) if field.kind == "number" else ("boolean", Boolean())
    return case((func.jsonb_typeof(value) == name, cast(value, kind)))


def _from_text(document: Any, field: Field) -> ColumnElement[Any]:
    value = func.json_extract(document, "$" + "".join(f'."{part}"' for part in field.place))
    if field.kind == "text":
        return cast(value, Text)
    kinds = ("integer", "real") if field.kind == "number" else ("integer",)
    return case((func.typeof(value).in_(kinds), value))


def sort_value(field: Field, dialect: str) -> ColumnElement[Any]:
    """What runs are ordered by: of what has a name, the name."""
    return _named(field.place[0]) if field.kind == "name" else expression(field, dialect)


def order(field: Field, descending: bool, dialect: str) -> ColumnElement[Any]:
    """Runs without a value come last either way."""
    value = sort_value(field, dialect)
    ordered = value.desc() if descending else value.asc()
    if field.source == "run" and field.kind != "name" and not getattr(Run, field.place[0]).nullable:
        return ordered  # this order has an index, which NULLS LAST keeps PostgreSQL from using
    return ordered.nulls_last()


def reported_metrics(session: Session, who: Identity) -> list[str]:
    """Names of the metrics that the newest runs have reported, those of plugins among them."""
    newest = select(Run.metrics).where(*reach.visible(who, Run.project_id)).order_by(col(Run.id).desc())
    return in_order(
        {name for found in session.exec(newest.limit(_NEWEST)) for name in found if _METRIC.fullmatch(name)}
    )


def known_values(session: Session, who: Identity, field: Field, part: str, most: int) -> list[str]:
    """What the field is in runs that are there for the person, if it is a text that contains `part`."""
    dialect = session.get_bind().dialect.name
    there = [*reach.visible(who, Run.project_id), col(Run.deleted_at).is_(None)]
    value: Any
    if field.kind == "tag":
        tags = each_tag(dialect)
        value, query = tags.c.value, select(tags.c.value).select_from(Run).join(tags, true())
    elif field.kind == "name":
        table = NAMED[field.place[0]]
        value = col(table.name)
        query = select(value).where(col(table.id).in_(select(getattr(Run, field.place[0])).where(*there)))
        there = []
    else:
        value = expression(field, dialect)
        query = select(value).where(value.is_not(None), value != "")
    found = query.where(*there, value.icontains(part, autoescape=True)).distinct().order_by(value).limit(most)
    return [str(text) for text in session.exec(found)]


def _named(column: str) -> ColumnElement[Any]:
    table = NAMED[column]
    return select(table.name).where(col(table.id) == getattr(Run, column)).correlate(Run).scalar_subquery()


def has_metric(session: Session, name: str) -> bool:
    """Whether it is one of ours, or one that a plugin's learner has reported for some run."""
    if name in METRICS:
        return True
    if not _METRIC.fullmatch(name):
        return False
    field = Field(name, "number", "", "metric", (name,))
    value = expression(field, session.get_bind().dialect.name)
    return session.exec(select(Run.id).where(value.is_not(None)).limit(1)).first() is not None
