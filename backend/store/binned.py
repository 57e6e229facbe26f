"""What was deleted and can still be restored: runs and experiments with the time of their deletion."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, union_all
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.db.project_models import Project
from gsl.backend.domain.identity import Identity
from gsl.backend.store import reach
from gsl.protocol.api import BinItem, Page

KEPT = timedelta(days=30)
"""So long something can be restored."""


def page(session: Session, who: Identity, limit: int, offset: int) -> Page[BinItem]:
    """What is there for the person, deleted last first; an experiment's runs are in it, not beside it."""
    items = union_all(_experiments(who), _runs(who)).subquery()
    total = session.execute(select(func.count()).select_from(items)).scalar_one()
    columns: tuple[Any, ...] = (*items.c, Project.name)
    named = select(*columns).select_from(items).outerjoin(Project, col(Project.id) == items.c.project_id)
    newest = named.order_by(items.c.deleted_at.desc(), items.c.id.desc()).limit(limit).offset(offset)
    found = tuple(_public(*row) for row in session.execute(newest))
    return Page(items=found, total=total, limit=limit, offset=offset)


def _columns(table: type[Run] | type[Experiment], kind: str, runs: Any) -> Select[Any]:
    columns: tuple[Any, ...] = (
        literal(kind).label("kind"), table.id, table.name, table.owner, table.project_id, table.deleted_at,
        table.deleted_by, runs.label("runs"),
    )  # fmt: skip
    found: Select[Any] = select(*columns).where(col(table.deleted_at).is_not(None))
    return found


def _experiments(who: Identity) -> Select[Any]:
    count = (
        select(func.count())
        .select_from(Run)
        .where(Run.experiment_id == Experiment.id, Run.deleted_at == Experiment.deleted_at)
    )
    runs = count.correlate(Experiment).scalar_subquery()
    return _columns(Experiment, "experiment", runs).where(*reach.visible(who, Experiment.project_id))


def _runs(who: Identity) -> Select[Any]:
    alone = _columns(Run, "run", literal(1)).where(*reach.visible(who, Run.project_id))
    gone = select(Experiment.id).where(col(Experiment.deleted_at).is_not(None))
    return alone.where(col(Run.experiment_id).is_(None) | col(Run.experiment_id).not_in(gone))


def _public(kind: Any, key: int, name: str, owner: str, project_id: int | None, *rest: Any) -> BinItem:
    deleted_at, deleted_by, runs, project_name = rest
    return BinItem(
        kind=kind, id=key, name=name, owner=owner, project_id=project_id, project_name=project_name,
        deleted_at=deleted_at, deleted_by=deleted_by, gone_at=deleted_at + KEPT, runs=runs,
    )  # fmt: skip


def overdue(session: Session, table: type[Run] | type[Experiment]) -> Sequence[int]:
    """Ids of what nobody restored in time, oldest first."""
    late = select(table.id).where(col(table.deleted_at) < now() - KEPT).order_by(col(table.deleted_at))
    return [key for key in session.exec(late) if key is not None]


def runs_of(session: Session, experiment_id: int) -> Sequence[Run]:
    """All runs of an experiment, those in the bin, too, locked in the order of their ids."""
    query = select(Run).where(Run.experiment_id == experiment_id).order_by(col(Run.id)).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).all()


def mark(row: Run | Experiment, at: datetime | None, who: str = "") -> None:
    """Puts it into the bin, or takes it out."""
    row.deleted_at, row.deleted_by = at, who
