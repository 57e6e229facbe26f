"""Reads each variation's training score over a run, in few enough rows to draw."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from backend.db.models import Epoch, VariationReturn
from backend.db.rollup_models import EpochStretch
from backend.domain.figure_data import FloatArray, IntArray, Scores, VariationProgress
from backend.store.figures.job_rows import JobRow, job_rows, number_table, role_of, weighted_means
from backend.store.figures.training_curves import MOST_EPOCHS
from backend.store.suites import suite_of

COLUMNS = 60  # columns of the heatmap
ROW_BUDGET = 40_000  # rows of variation_return read for one heatmap


def variation_progress(session: Session, run_id: int) -> VariationProgress:
    """Training scores of each variation in at most 60 equal stretches of epochs of generalist and fine-tuning.

    Where a run has more than 40 000 such rows, whole epochs are left out evenly in every stretch.
    """
    suite, jobs = suite_of(session, run_id), job_rows(session, run_id)
    trained = [job for job in jobs if job.kind in ("generalist", "finetune")]
    variations = np.array(suite.training_variations(), dtype=np.int64)
    long = sum(job.epochs for job in trained) > MOST_EPOCHS
    epochs = [(at, epoch, steps) for at, job in enumerate(trained) for epoch, steps in _epochs(session, job, long)]
    columns = _columns(epochs)
    matrix = _filled_matrix(session, trained, epochs, columns, variations)
    count = int(columns[-1]) + 1 if len(columns) else 0
    last = np.searchsorted(columns, np.arange(count), side="right") - 1  # epoch that ends each column
    ends = np.array([epochs[place][2] for place in last], dtype=np.int64)
    roles = [role_of(trained[epochs[place][0]], jobs) for place in last]
    return VariationProgress(
        variations=variations,
        names={int(variation): suite.variation_name(int(variation)) for variation in variations},
        starts=_starts(trained, [epochs[place][0] for place in last], ends),
        ends=ends,
        roles=tuple(roles),
        scores=matrix,
        source="training",
        score_range=suite.score_range,
    )


def _epochs(session: Session, job: JobRow, long: bool) -> list[tuple[int, int]]:
    """Epochs of a job and the run's environment steps after each; of a long run, the last ones of its stretches."""
    source: Any = EpochStretch if long else Epoch
    rows = session.execute(select(source.epoch, source.job_steps).where(source.job_id == job.id).order_by(source.epoch))
    return [(epoch, job.start_steps + steps) for epoch, steps in rows]


def _columns(epochs: Sequence[tuple[int, int, int]]) -> IntArray:
    """Column of each epoch, shape (epochs,): equal stretches that never mix two jobs."""
    length = max(1, -(-len(epochs) // COLUMNS))
    columns, previous, column, filled = [], None, -1, 0
    for place, _, _ in epochs:
        if place != previous or filled == length:
            column, filled, previous = column + 1, 0, place
        filled += 1
        columns.append(column)
    return np.array(columns, dtype=np.int64)


def _starts(trained: Sequence[JobRow], places: Sequence[int], ends: IntArray) -> IntArray:
    """A column starts where the previous one ended; a job's first column starts where the job branched off."""
    starts = [
        trained[place].start_steps if column == 0 or places[column - 1] != place else int(ends[column - 1])
        for column, place in enumerate(places)
    ]
    return np.array(starts, dtype=np.int64)


def _filled_matrix(
    session: Session, trained: Sequence[JobRow], epochs: Sequence[tuple[int, int, int]], columns: IntArray,
    variations: IntArray,
) -> Scores:  # fmt: skip
    """Weighted means of shape (variations, columns), NaN if a variation finished no episode."""
    count = int(columns[-1]) + 1 if len(columns) else 0
    cells: list[IntArray] = []
    figures: list[FloatArray] = []
    for place, job in enumerate(trained):
        numbers = {epoch: int(column) for (of, epoch, _), column in zip(epochs, columns, strict=True) if of == place}
        rows = _sampled_rows(session, job, sorted(numbers), len(epochs))
        if len(rows):
            column_of = np.array([numbers[int(epoch)] for epoch in rows[:, 0]], dtype=np.int64)
            row_of = np.searchsorted(variations, rows[:, 1].astype(np.int64))
            cells.append(row_of * count + column_of)
            figures.append(rows[:, 2:])
    if not cells:
        return Scores(np.full((len(variations), count), np.nan), np.full((len(variations), count), np.nan))
    places, table = np.concatenate(cells), np.concatenate(figures)
    shape, weights = (len(variations), count), table[:, 0].astype(np.int64)
    returns, success = (weighted_means(places, weights, table[:, column], shape[0] * shape[1]) for column in (1, 2))
    return Scores(returns.reshape(shape), success.reshape(shape))


def _sampled_rows(session: Session, job: JobRow, epochs: Sequence[int], all_epochs: int) -> FloatArray:
    """Training rows (epoch, variation, episodes, return, success) of all epochs, or of evenly chosen ones."""
    table = VariationReturn
    columns: tuple[Any, ...] = (table.epoch, table.variation, table.episodes, table.mean_return, table.success_rate)
    conditions: list[ColumnElement[bool]] = [col(table.job_id) == job.id, col(table.source) == "training"]
    stride = _stride(session, job, epochs, all_epochs)
    if stride > 1 or len(epochs) < job.epochs:
        conditions.append(col(table.epoch).in_(list(epochs[::stride])))
    return number_table(session, select(*columns).where(*conditions), 5)


def _stride(session: Session, job: JobRow, epochs: Sequence[int], all_epochs: int) -> int:
    """The stride between the epochs that are read, from the number of rows in ten evenly chosen epochs."""
    probes = list(epochs[:: max(1, len(epochs) // 10)])
    mine = (col(VariationReturn.job_id) == job.id, col(VariationReturn.source) == "training")
    probe = select(func.count()).select_from(VariationReturn).where(*mine, col(VariationReturn.epoch).in_(probes))
    each: float = session.execute(probe).scalar_one() / max(len(probes), 1)
    return max(1, round(each * all_epochs / ROW_BUDGET))
