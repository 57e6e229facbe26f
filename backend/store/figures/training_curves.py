"""Reads the training curves of a run's jobs: every epoch, or the means of stretches of a long run's epochs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.models import Epoch
from gsl.backend.db.rollup_models import EpochStretch
from gsl.backend.domain.figure_data import Curve, FloatArray, Role, Scores
from gsl.backend.store.figures.job_rows import JobRow, number_table, role_of
from gsl.backend.store.ingest.curve_rollups import STRETCH

TRAINING_KINDS = ("generalist", "specialist", "finetune")
MOST_EPOCHS = 10_000
"""Of a run, that are read one by one."""


def training_curves(
    session: Session, jobs: Sequence[JobRow], kinds: Sequence[str] = TRAINING_KINDS, *, whole: bool = False
) -> dict[int, Curve]:
    """Training curves by job, in one query; empty for a job without epochs.

    If there are more than `MOST_EPOCHS`, each point is the mean of a stretch of epochs, unless `whole` is asked for.
    """
    chosen = [job for job in jobs if job.kind in kinds]
    long = sum(job.epochs for job in chosen) > MOST_EPOCHS and not whole
    source: Any = EpochStretch if long else Epoch
    columns = (source.job_id, source.epoch, source.job_steps, source.mean_return, source.success_rate)
    of_jobs = col(source.job_id).in_([job.id for job in chosen])
    table = number_table(session, select(*columns).where(of_jobs).order_by(source.job_id, source.epoch), 5)
    first, last = (np.searchsorted(table[:, 0], [job.id for job in chosen], side=side) for side in ("left", "right"))
    return {
        job.id: _curve(job, role_of(job, jobs), table[first[place] : last[place]], STRETCH if long else 1)
        for place, job in enumerate(chosen)
    }


def _curve(job: JobRow, role: Role, table: FloatArray, stretch: int) -> Curve:
    """From rows of job, epoch, steps of the job, mean return, success; shape (points, 5)."""
    return Curve(
        key=job.key,
        role=role,
        index=job.index,
        start_steps=job.start_steps,
        epochs=table[:, 1].astype(np.int64),
        steps=job.start_steps + table[:, 2].astype(np.int64),
        scores=Scores(table[:, 3], table[:, 4]),
        stretch=stretch,
    )


def one_after_another(rungs: Sequence[Curve]) -> Curve:
    """The curve of a specialist that trained in several jobs, over its own steps and epochs."""
    first, steps, epochs = rungs[0], 0, 0
    own_steps, own_epochs = [], []
    for rung in rungs:
        own_steps.append(rung.steps - rung.start_steps + steps)
        own_epochs.append(rung.epochs + epochs)
        steps, epochs = int(own_steps[-1].max(initial=steps)), int(own_epochs[-1].max(initial=epochs))
    scores = (np.concatenate([getattr(rung.scores, name) for rung in rungs]) for name in ("returns", "success"))
    return replace(
        first,
        steps=np.concatenate(own_steps) + first.start_steps,
        epochs=np.concatenate(own_epochs),
        scores=Scores(*scores),
    )
