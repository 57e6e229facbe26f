"""Reads the training curves of all runs of a comparison, in few enough points to draw."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import or_, select
from sqlmodel import Session, col

from gsl.backend.db.models import Epoch, Job
from gsl.backend.domain.comparison_types import Compared, ComparedRun, RunCurve
from gsl.backend.domain.figure_data import FloatArray
from gsl.backend.domain.run_axis import Axis, places
from gsl.backend.store.figures.comparisons import scores_of
from gsl.backend.store.figures.job_rows import number_table
from gsl.protocol.api import ComparedMetric

POINT_BUDGET = 40_000  # epochs read for one figure
_FEWEST, _MOST = 50, 400  # epochs of one job


def run_curves(
    session: Session, compared: Compared, metric: ComparedMetric, axis: Axis = "total"
) -> tuple[RunCurve, ...]:
    """Curves of the runs' generalists, before and after fine-tuning; for long jobs only some epochs are read."""
    runs = {run.id: run for run in compared.runs}
    jobs = (col(Job.run_id).in_(list(runs)), col(Job.kind).in_(("generalist", "finetune")))
    points = min(_MOST, max(_FEWEST, POINT_BUDGET // max(1, 2 * len(runs))))
    stride = 1 + col(Job.epochs) // points
    columns: tuple[Any, ...] = (
        Job.run_id, col(Job.start_steps) + col(Epoch.job_steps), Epoch.mean_return, Epoch.success_rate, Job.id,
    )  # fmt: skip
    kept = or_(col(Epoch.epoch) % stride == 0, col(Epoch.epoch) == col(Job.epochs))
    query = select(*columns).join(Job, col(Job.id) == col(Epoch.job_id)).where(*jobs, kept)
    table = number_table(session, query.order_by(col(Job.run_id), col(Job.id), col(Epoch.epoch)), 5)
    if axis == "critical":
        ahead = _ahead(session, list(runs))
        table[:, 1] -= [ahead[int(job)] for job in table[:, 4]]
    return tuple(_curve(compared, run, table[table[:, 0] == run.id], metric) for run in compared.runs)


def _ahead(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    """By job, how much farther on it starts on the axis of all steps than on the critical path."""
    columns: tuple[Any, ...] = (Job.run_id, Job.id, Job.key, Job.start_steps, Job.steps)
    rows = session.execute(select(*columns).where(col(Job.run_id).in_(run_ids)).order_by(col(Job.run_id), col(Job.id)))
    found: dict[int, int] = {}
    for _, of_run in groupby(rows.all(), key=itemgetter(0)):
        jobs = list(of_run)
        on_path = places(jobs, "critical")
        found |= {job.id: job.start_steps - on_path[job.id].start for job in jobs}
    return found


def _curve(compared: Compared, run: ComparedRun, table: FloatArray, metric: ComparedMetric) -> RunCurve:
    """From rows of run, steps, mean return, success and job; shape (epochs, 5)."""
    values = scores_of(compared.suites[run.task], metric, table[:, 2], table[:, 3])
    known = ~np.isnan(values)
    return RunCurve(run, table[known, 1].astype(np.int64), values[known])
