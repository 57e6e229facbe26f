"""One variation's episodes over all jobs of a run, in few enough points to send and draw."""

from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Row, and_, select
from sqlmodel import Session, col

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Epoch, Job, VariationReturn
from gsl.backend.domain.figure_data import FloatArray, IntArray
from gsl.backend.store.figures.job_rows import score_array, weighted_means
from gsl.protocol.api.variations import VariationCurve

MOST_POINTS = 100
"""Of one job and source: a variation's single epochs have few episodes, and say little."""
_JOB: tuple[Any, ...] = (Job.id, Job.key, Job.kind, Job.start_steps)
_RETURNS: tuple[Any, ...] = (VariationReturn.episodes, VariationReturn.mean_return, VariationReturn.success_rate)


def variation_curves(session: Session, run_id: int, variation: int) -> list[VariationCurve]:
    """In the order of planning; of each job first its training episodes, then its evaluations."""
    rows = [*_training(session, run_id, variation), *_evaluated(session, run_id, variation)]
    order = {"training": 0, "evaluation": 1, "held_out": 2}
    rows.sort(key=lambda row: (row.id, order[row.source], row.epoch))
    return [_curve(list(of_one)) for _, of_one in groupby(rows, key=lambda row: (row.id, row.source))]


def _training(session: Session, run_id: int, variation: int) -> list[Row[Any]]:
    """Each epoch is one look-up by key: reading all variations of a long run would take a second."""
    same = and_(col(VariationReturn.job_id) == col(Epoch.job_id), col(VariationReturn.epoch) == col(Epoch.epoch))
    columns = (*_JOB, VariationReturn.source, Epoch.epoch, Epoch.job_steps, *_RETURNS)
    query = select(*columns).join(Epoch, col(Epoch.job_id) == col(Job.id)).join(VariationReturn, same)
    mine = (col(Job.run_id) == run_id, col(VariationReturn.source) == "training")
    return list(session.execute(query.where(*mine, col(VariationReturn.variation) == variation)).all())


def _evaluated(session: Session, run_id: int, variation: int) -> list[Row[Any]]:
    """An evaluation job has no epochs: its estimates stand where it was queued."""
    table = EvaluationMean
    same = and_(
        col(VariationReturn.job_id) == col(table.job_id), col(VariationReturn.source) == col(table.source),
        col(VariationReturn.epoch) == col(table.epoch),
    )  # fmt: skip
    at = and_(col(Epoch.job_id) == col(table.job_id), col(Epoch.epoch) == col(table.epoch))
    columns = (*_JOB, table.source, table.epoch, Epoch.job_steps, *_RETURNS)
    query = select(*columns).join(table, col(table.job_id) == col(Job.id)).join(VariationReturn, same)
    mine = (col(Job.run_id) == run_id, col(VariationReturn.variation) == variation)
    return list(session.execute(query.outerjoin(Epoch, at).where(*mine)).all())


def _curve(rows: list[Row[Any]]) -> VariationCurve:
    first = rows[0]
    stretch = max(1, -(-len(rows) // MOST_POINTS)) if first.source == "training" else 1
    places = np.arange(len(rows)) // stretch
    last = np.append(np.flatnonzero(np.diff(places)), len(rows) - 1)
    episodes = np.array([row.episodes for row in rows], dtype=np.int64)
    return VariationCurve(
        job_id=first.id, job_key=first.key, kind=first.kind, source=first.source, stretch=stretch,
        epochs=[rows[place].epoch for place in last],
        steps=[first.start_steps + (rows[place].job_steps or 0) for place in last],
        episodes=np.bincount(places, weights=episodes).astype(np.int64).tolist(),
        mean_return=_pooled(places, episodes, score_array([row.mean_return for row in rows])),
        success_rate=_pooled(places, episodes, score_array([row.success_rate for row in rows])),
    )  # fmt: skip


def _pooled(places: IntArray, episodes: IntArray, values: FloatArray) -> list[float | None]:
    means = weighted_means(places, episodes, values, int(places[-1]) + 1)
    return [None if np.isnan(mean) else float(mean) for mean in means]
