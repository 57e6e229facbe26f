"""Reads the metrics of a run's training jobs: what learner and guide reported, and what every epoch has."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from math import ceil, isfinite, nan
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import or_, select
from sqlmodel import Session, col

from backend.db.models import Epoch, Job
from backend.domain.figure_data import MetricSeries
from backend.store.figures.job_rows import JobRow, job_rows, role_of
from backend.store.figures.training_curves import TRAINING_KINDS
from gsl.protocol.metrics import in_order

MOST_EPOCHS = 3_000
"""Read for one answer: decoding their JSON takes most of a tenth of a second."""

Point = tuple[int, int, float]
"""Epoch, environment steps of the job, value."""


def metric_series(session: Session, run_id: int) -> tuple[MetricSeries, ...]:
    """In the order of the page: by metric, then by job. Evenly spread epochs if there are more than `MOST_EPOCHS`."""
    jobs = [job for job in job_rows(session, run_id) if job.kind in TRAINING_KINDS]
    rows = session.connection().execute(_query(jobs))
    points = {job_id: _by_metric(of_job) for job_id, of_job in groupby(rows, key=itemgetter(0))}
    names = {name for by_metric in points.values() for name in by_metric}
    return tuple(
        _series(name, job, jobs, points[job.id][name])
        for name in in_order(names)
        for job in jobs
        if name in points.get(job.id, {})
    )


def _query(jobs: list[JobRow]) -> Any:
    """Multiples of a common stride, so that what a learner reports only every so many epochs is met; and the last."""
    stride = max(1, ceil(sum(job.epochs for job in jobs) / MOST_EPOCHS))
    columns: tuple[Any, ...] = (
        Epoch.job_id, Epoch.epoch, Epoch.job_steps, Epoch.steps, Epoch.seconds, Epoch.episodes, Epoch.mean_length,
        Epoch.metrics,
    )  # fmt: skip
    joined = select(*columns).join(Job, col(Job.id) == col(Epoch.job_id))
    chosen = or_(col(Epoch.epoch) % stride == 0, col(Epoch.epoch) == col(Job.epochs))
    mine = col(Epoch.job_id).in_([job.id for job in jobs])
    return joined.where(mine, chosen).order_by(col(Epoch.job_id), col(Epoch.epoch))


def _by_metric(rows: Iterable[Any]) -> dict[str, list[Point]]:
    """An epoch that does not report a metric is no point of it, so that rare ones make lines too."""
    found: dict[str, list[Point]] = {}
    for _, epoch, job_steps, *facts in rows:
        for name, value in _values(*facts).items():
            found.setdefault(name, []).append((epoch, job_steps, nan if value is None else value))
    return found


def _values(
    steps: int, seconds: float | None, episodes: int, mean_length: float | None, metrics: Mapping[str, float | None]
) -> dict[str, float | None]:
    speed = {"steps_per_second": steps / seconds} if seconds else {}
    length = {} if mean_length is None else {"mean_length": mean_length}
    return {"episodes": float(episodes), **length, **speed, **metrics}


def _series(name: str, job: JobRow, jobs: list[JobRow], points: list[Point]) -> MetricSeries:
    epochs, steps, values = zip(*points, strict=True)
    return MetricSeries(
        metric=name,
        job_id=job.id,
        key=job.key,
        role=role_of(job, jobs),
        index=job.index,
        epochs=np.array(epochs, dtype=np.int64),
        steps=job.start_steps + np.array(steps, dtype=np.int64),
        values=np.array([value if isfinite(value) else nan for value in values], dtype=np.float64),
    )
