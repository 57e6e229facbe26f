"""Which runs to list: by a query and by filters, in an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col

from gsl.backend.db.models import Run
from gsl.backend.domain.run_fields import FIELDS, Field, find, unknown
from gsl.backend.domain.run_query import Node, fields_of
from gsl.backend.errors import InvalidError
from gsl.backend.store.run_columns import has_metric
from gsl.backend.store.run_query import condition, read
from gsl.backend.store.run_text import has_tag
from gsl.protocol.api.kept import RunViewContent
from gsl.protocol.jobs import RunStatus

_ARCHIVED = FIELDS["archived"].name


@dataclass(frozen=True)
class Filter:
    """Which runs to list; None and empty values do not filter."""

    query: Node | None = None
    status: Sequence[RunStatus] = ()
    tag: str | None = None
    suite: str | None = None
    experiment_id: int | None = None
    arm: str | None = None
    arm_name: str | None = None
    owner: str | None = None
    project_id: int | None = None


@dataclass(frozen=True)
class Order:
    """What runs are sorted by; runs without a value come last."""

    field: Field
    descending: bool


@dataclass(frozen=True)
class Listing:
    """A page of the list of runs; `shown`: fields whose values each run shows."""

    filters: Filter
    order: Order
    shown: tuple[Field, ...]
    limit: int
    offset: int


def named(session: Session, name: str, where: str) -> Field:
    """Raises `InvalidError`, which names similar fields."""
    field = find(name, lambda metric: has_metric(session, metric))
    if field is None:
        raise InvalidError.field(where, unknown(name))
    return field


def check_view(session: Session, content: RunViewContent) -> None:
    """Raises `InvalidError` for what lists could not be asked for."""
    read(session, content.query, "content.query")
    for place, column in enumerate(content.columns):
        named(session, column, f"content.columns.{place}")
    if content.sort:
        order(session, content.sort, "content.sort")


def order(session: Session, sort: str, where: str = "sort") -> Order:
    """By a field's name, with a minus before it in reverse. Raises `InvalidError`, which names similar fields."""
    field = named(session, sort.removeprefix("-"), where)
    if not field.sortable:
        raise InvalidError.field(where, f"runs cannot be sorted by {field.name}, of which each may have several")
    return Order(field, sort.startswith("-"))


def conditions(filters: Filter, dialect: str) -> list[Any]:
    """What a run has to fulfil, all of it. None is in the bin, and archived ones are left out unless the query speaks
    of them or an experiment is asked for, which has all of its runs."""
    exact = {"suite": filters.suite, "experiment_id": filters.experiment_id, "arm": filters.arm}
    exact |= {"arm_name": filters.arm_name, "owner": filters.owner, "project_id": filters.project_id}
    conditions: list[Any] = [col(getattr(Run, name)) == value for name, value in exact.items() if value is not None]
    conditions.append(col(Run.deleted_at).is_(None))
    if filters.experiment_id is None and _ARCHIVED not in fields_of(filters.query):
        conditions.append(col(Run.archived_at).is_(None))
    if filters.status:
        conditions.append(col(Run.status).in_(filters.status))
    if filters.query is not None:
        conditions.append(condition(filters.query, dialect))
    if filters.tag:
        conditions.append(has_tag(filters.tag, dialect))
    return conditions
