"""Reads the metrics of a run's training jobs: what learner and guide reported, and what every epoch has."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import Any

import numpy as np
from pydantic_core import from_json
from sqlalchemy import CTE, String, case, cast, select
from sqlmodel import Session, col

from gsl.backend.db.models import Epoch, Job
from gsl.backend.domain.figure_data import BoolArray, FloatArray, IntArray, MetricSeries
from gsl.backend.domain.run_axis import Axis, Place, places
from gsl.backend.store.figures.job_rows import JobRow, as_table, driver_rows, job_rows, role_of
from gsl.backend.store.figures.training_curves import TRAINING_KINDS
from gsl.protocol.metrics import in_order

MOST_EPOCHS = 3_000
"""Read for one answer."""

_AS_TEXT = cast(col(Epoch.metrics), String)
"""Both databases' drivers decode JSON more slowly than all of it is decoded at once."""
_POINTS: tuple[Any, ...] = (
    Epoch.job_id, Epoch.epoch, Epoch.job_steps, Epoch.steps, Epoch.seconds, Epoch.episodes, Epoch.mean_length, _AS_TEXT,
)  # fmt: skip


@dataclass(frozen=True)
class _Points:
    """Of one metric, by job and epoch; arrays of shape (points,), steps those of the job."""

    job_ids: IntArray
    epochs: IntArray
    steps: IntArray
    values: FloatArray

    def where(self, chosen: BoolArray) -> "_Points":
        return _Points(self.job_ids[chosen], self.epochs[chosen], self.steps[chosen], self.values[chosen])


def metric_series(
    session: Session, run_id: int, names: Collection[str] | None = None, axis: Axis | None = None
) -> tuple[MetricSeries, ...]:
    """In the order of the page: by metric, then by job; with `names` only those metrics.

    Steps are those of the run when the job started plus its own or, with an `axis`, where the epoch lies on it.

    Evenly spread epochs if there are more than `MOST_EPOCHS`. An epoch that does not report a metric is no point of
    it, so that rare ones make lines too.
    """
    every = job_rows(session, run_id)
    jobs = [job for job in every if job.kind in TRAINING_KINDS]
    rows = driver_rows(session, _query(jobs, _POINTS))
    facts = as_table([row[:-1] for row in rows], 7)
    found = _by_metric(facts, from_json(f"[{','.join(row[-1] for row in rows)}]"), names)
    where = {job.id: Place(job.start_steps) for job in jobs} if axis is None else places(every, axis)
    return tuple(each for metric in in_order(set(found)) for each in _series(metric, jobs, found[metric], where))


def metric_names(session: Session, run_id: int) -> set[str]:
    """Of the metrics of which `metric_series` finds any, without their values."""
    jobs = [job for job in job_rows(session, run_id) if job.kind in TRAINING_KINDS]
    timed, long = col(Epoch.seconds) > 0, col(Epoch.mean_length).is_not(None)
    rows = driver_rows(session, _query(jobs, (timed, long, _AS_TEXT)))
    found = set().union(*from_json(f"[{','.join(row[-1] for row in rows)}]"))
    always = {"episodes": bool(rows), "steps_per_second": any(row[0] for row in rows)}
    always["mean_length"] = any(row[1] for row in rows)
    return found | {name for name, is_there in always.items() if is_there}


def _query(jobs: Sequence[JobRow], columns: tuple[Any, ...]) -> Any:
    """These columns of the epochs that are read."""
    chosen = _evenly_spread(jobs)
    there = (col(Epoch.job_id) == chosen.c.job_id) & (col(Epoch.epoch) == chosen.c.epoch)
    return select(*columns).join_from(chosen, Epoch, there).order_by(col(Epoch.job_id), col(Epoch.epoch))


def _evenly_spread(jobs: Sequence[JobRow]) -> CTE:
    """Multiples of a common stride, so that what a learner reports only every so many epochs is met; and the last.

    They are counted up, so that the epochs between them are not even looked at.
    """
    stride = max(1, ceil(sum(job.epochs for job in jobs) / MOST_EPOCHS))
    mine = (col(Job.id).in_([job.id for job in jobs]), col(Job.epochs) > 0)
    first = case((col(Job.epochs) > stride, stride), else_=col(Job.epochs))
    counted: CTE = (
        select(col(Job.id).label("job_id"), first.label("epoch"), col(Job.epochs).label("last"))
        .where(*mine)
        .cte("chosen", recursive=True)
    )
    after = counted.c.epoch + stride
    following = case((after < counted.c.last, after), else_=counted.c.last)
    more = select(counted.c.job_id, following, counted.c.last).where(counted.c.epoch < counted.c.last)
    return counted.union_all(more)


def _by_metric(
    facts: FloatArray, reported: Sequence[Mapping[str, float | None]], names: Collection[str] | None
) -> dict[str, _Points]:
    """From rows of job, epoch, its steps, steps, seconds, episodes, mean length; shape (epochs, 7)."""
    steps, seconds, episodes, lengths = facts[:, 3:].T
    timed = seconds > 0
    speed = np.divide(steps, seconds, out=np.full(len(facts), np.nan), where=timed)
    always = np.full(len(facts), True)
    found = {
        "episodes": (episodes, always),
        "mean_length": (lengths, ~np.isnan(lengths)),
        "steps_per_second": (speed, timed),
    }
    for each, times in Counter(chain.from_iterable(reported)).items():
        if names is None or each in names:
            there = always if times == len(facts) else np.array([each in epoch for epoch in reported])
            values = np.array([epoch.get(each) for epoch in reported], dtype=np.float64)
            before = found.get(each, (values, there))
            found[each] = (np.where(there, values, before[0]), there | before[1])
    job_ids, epochs, job_steps = facts[:, :3].astype(np.int64).T
    return {
        each: _Points(job_ids, epochs, job_steps, np.where(np.isfinite(values), values, np.nan)).where(there)
        for each, (values, there) in found.items()
        if names is None or each in names
    }


def _series(name: str, jobs: Sequence[JobRow], points: _Points, where: Mapping[int, Place]) -> Iterator[MetricSeries]:
    """Of each job that has points of the metric."""
    ids = [job.id for job in jobs]
    bounds = (np.searchsorted(points.job_ids, ids, side=side).tolist() for side in ("left", "right"))
    for job, first, last in zip(jobs, *bounds, strict=True):
        if first < last:
            yield MetricSeries(
                metric=name,
                job_id=job.id,
                key=job.key,
                role=role_of(job, jobs),
                index=job.index,
                epochs=points.epochs[first:last],
                steps=where[job.id].of(points.steps[first:last]),
                values=points.values[first:last],
            )
