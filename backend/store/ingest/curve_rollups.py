"""Rollups that curves are drawn from, so that no figure scans a long series: computed in SQL from what is stored."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, delete

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Epoch, VariationReturn
from gsl.backend.db.rollup_models import EpochStretch
from gsl.backend.store.ingest.upsert import replacing

STRETCH = 16
"""Epochs of one stretch, whose means stand for them in a long run's curves."""
EVALUATED = ("evaluation", "held_out")


def roll_up(session: Session, job_id: int, epochs: Iterable[int], evaluated: Iterable[int]) -> None:
    """Bring the rollups up to date after these epochs and evaluations of the job were stored."""
    stretches = {_stretch(epoch) for epoch in epochs}
    dialect = session.get_bind().dialect.name
    if stretches:
        first, last = STRETCH * min(stretches) + 1, STRETCH * (max(stretches) + 1)
        session.execute(_stretch_means(dialect), {"job": job_id, "first": first, "last": last})
    if evaluated := set(evaluated):
        within = {"job": job_id, "first": min(evaluated), "last": max(evaluated)}
        session.execute(_evaluation_means(dialect), within)


def discard_after(session: Session, job_id: int, epoch: int) -> None:
    """Remove what stands for epochs after `epoch`, which are gone already, and compute the last stretch anew."""
    for model in (EvaluationMean, EpochStretch):
        session.execute(delete(model).where(col(model.job_id) == job_id, col(model.epoch) > epoch))
    if epoch:
        roll_up(session, job_id, [epoch], ())


def _stretch(epoch: int) -> int:
    return (epoch - 1) // STRETCH


@cache
def _stretch_means(dialect: str) -> Any:
    """Built once for each kind of database, because building takes longer than running."""
    stretch = (col(Epoch.epoch) - 1) // STRETCH
    within = col(Epoch.epoch).between(bindparam("first"), bindparam("last"))
    columns: tuple[Any, ...] = (
        Epoch.job_id, stretch.label("stretch"), func.max(Epoch.epoch), func.max(Epoch.job_steps),
        func.avg(Epoch.mean_return), func.avg(Epoch.success_rate),
    )  # fmt: skip
    means = select(*columns).where(col(Epoch.job_id) == bindparam("job"), within).group_by(col(Epoch.job_id), "stretch")
    return _replace(dialect, EpochStretch, means)


@cache
def _evaluation_means(dialect: str) -> Any:
    table = VariationReturn
    keys = (col(table.job_id), col(table.source), col(table.epoch))
    means = (func.count(), func.avg(table.mean_return), func.avg(table.success_rate))
    mine = (keys[0] == bindparam("job"), keys[1].in_(EVALUATED), keys[2].between(bindparam("first"), bindparam("last")))
    return _replace(dialect, EvaluationMean, select(*keys, *means).where(*mine).group_by(*keys))


def _replace(dialect: str, model: type[SQLModel], rows: Any) -> Any:
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel on table models
    names = [column.name for column in table.c]
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return replacing(insert.from_select(names, rows), names)
