"""What all figures of a run read: its jobs, and tables of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlmodel import Session, col

from gsl.backend.db.models import Job
from gsl.backend.domain.figure_data import FloatArray, IntArray, Role
from gsl.protocol.jobs import VIDEO


@dataclass(frozen=True)
class JobRow:
    """What figures need to know about a job; `index` counts specialists from 1."""

    id: int
    key: str
    kind: str
    index: int
    status: str
    start_steps: int
    epochs: int
    cycle: int = 1
    steps: int = 0


def job_rows(session: Session, run_id: int) -> list[JobRow]:
    """A run's jobs in the order of planning; without videos, which nobody planned."""
    columns: tuple[Any, ...] = (
        Job.id, Job.key, Job.kind, Job.index, Job.status, Job.start_steps, Job.epochs, Job.cycle,
        Job.steps,
    )  # fmt: skip
    rows = session.execute(
        select(*columns).where(col(Job.run_id) == run_id, col(Job.kind) != VIDEO).order_by(col(Job.id))
    )
    return [JobRow(*row) for row in rows]


def role_of(job: JobRow, jobs: Sequence[JobRow]) -> Role:
    """Whose policy a job trains or evaluates; an evaluation after fine-tuning evaluates the fine-tuned policy."""
    if job.kind == "specialist":
        return "specialist"
    return "finetune" if is_after_finetuning(job, jobs) else "generalist"


def is_after_finetuning(job: JobRow, jobs: Sequence[JobRow]) -> bool:
    """Whether the job fine-tunes, or evaluates a policy that was fine-tuned in this or an earlier cycle."""
    before = (other.kind == "finetune" and other.id < job.id for other in jobs)
    return job.kind == "finetune" or (job.kind == "evaluation" and any(before))


def score_array(values: Sequence[float | None]) -> FloatArray:
    """SQL's NULL as NaN, shape (n,)."""
    return np.array(values, dtype=np.float64)


def weighted_means(places: IntArray, weights: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Weighted mean of the known values at each place, NaN if there are none. Shape (size,)."""
    known = ~np.isnan(values)
    weight = np.bincount(places[known], weights=weights[known], minlength=size)
    total = np.bincount(places[known], weights=(weights * values)[known], minlength=size)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan)


def number_table(session: Session, query: Select[*tuple[Any, ...]], columns: int) -> FloatArray:
    """All rows of a query that selects only numbers, NULL as NaN; shape (rows, columns). Exact up to 2**53."""
    return as_table(driver_rows(session, query), columns)


def driver_rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[Any]:
    """All rows as the driver's tuples: making SQLAlchemy's rows of them takes as long as reading them."""
    with session.connection().execute(query) as result:
        assert result.cursor is not None  # the query selects
        return list(result.cursor.fetchall())


def as_table(rows: Sequence[Sequence[float | None]], columns: int) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(len(rows), columns)
