"""Reads each variation's training score over a run, in few enough rows to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Epoch, VariationReturn
from gsl.backend.db.rollup_models import EpochStretch
from gsl.backend.domain.figure_data import FloatArray, IntArray, Metric, VariationProgress
from gsl.backend.store.figures.job_rows import JobRow, driver_rows, job_rows, number_table, role_of, weighted_means
from gsl.backend.store.figures.training_curves import MOST_EPOCHS
from gsl.backend.store.suites import suite_of

COLUMNS = 60  # columns of the heatmap
ROW_BUDGET = 40_000  # rows of variation_return read for one heatmap


@dataclass(frozen=True)
class _Epochs:
    """The epochs of generalist and fine-tuning in order, and the column of each; arrays of shape (epochs,)."""

    places: IntArray  # of their jobs among those that trained
    numbers: IntArray
    steps: IntArray  # of the run, after it
    columns: IntArray

    @property
    def count(self) -> int:
        """Of columns."""
        return int(self.columns[-1]) + 1 if len(self.columns) else 0


def variation_progress(session: Session, run_id: int, metric: Metric) -> VariationProgress:
    """Training scores of each variation in at most 60 equal stretches of epochs of generalist and fine-tuning.

    Where a run has more than 40 000 such rows, whole epochs are left out evenly in every stretch.
    """
    suite, jobs = suite_of(session, run_id), job_rows(session, run_id)
    trained = [job for job in jobs if job.kind in ("generalist", "finetune")]
    variations = np.array(suite.training_variations(), dtype=np.int64)
    epochs = _epochs(session, trained)
    last = np.searchsorted(epochs.columns, np.arange(epochs.count), side="right") - 1  # epoch that ends each column
    places, ends = epochs.places[last].tolist(), epochs.steps[last]
    return VariationProgress(
        variations=variations,
        names={int(variation): suite.variation_name(int(variation)) for variation in variations},
        starts=_starts(trained, places, ends),
        ends=ends,
        roles=tuple(role_of(trained[place], jobs) for place in places),
        scores=_filled_matrix(session, trained, epochs, variations, metric),
        source="training",
        score_range=suite.score_range,
    )


def _epochs(session: Session, trained: Sequence[JobRow]) -> _Epochs:
    """Every epoch, or of a long run the last ones of its stretches."""
    source: Any = EpochStretch if sum(job.epochs for job in trained) > MOST_EPOCHS else Epoch
    columns = select(source.epoch, source.job_steps).order_by(source.epoch)
    tables = [number_table(session, columns.where(source.job_id == job.id), 2).astype(np.int64) for job in trained]
    counts = [len(table) for table in tables]
    epochs = np.concatenate([np.empty((0, 2), np.int64), *tables])
    places = np.repeat(np.arange(len(trained)), counts)
    starts = np.array([job.start_steps for job in trained], dtype=np.int64)
    return _Epochs(places, epochs[:, 0], starts[places] + epochs[:, 1], _columns(counts))


def _columns(counts: Sequence[int]) -> IntArray:
    """Column of each epoch, shape (epochs,): equal stretches that never mix two jobs, of so many epochs each."""
    length = max(1, -(-sum(counts) // COLUMNS))
    columns, first = [np.empty(0, np.int64)], 0
    for count in counts:
        columns.append(first + np.arange(count) // length)
        first += -(-count // length)
    return np.concatenate(columns)


def _starts(trained: Sequence[JobRow], places: Sequence[int], ends: IntArray) -> IntArray:
    """A column starts where the previous one ended; a job's first column starts where the job branched off."""
    starts = [
        trained[place].start_steps if column == 0 or places[column - 1] != place else int(ends[column - 1])
        for column, place in enumerate(places)
    ]
    return np.array(starts, dtype=np.int64)


def _filled_matrix(
    session: Session, trained: Sequence[JobRow], epochs: _Epochs, variations: IntArray, metric: Metric
) -> FloatArray:
    """Weighted means of shape (variations, columns), NaN if a variation finished no episode."""
    cells: list[IntArray] = [np.empty(0, np.int64)]
    tables: list[FloatArray] = [np.empty((0, 4))]
    for place, job in enumerate(trained):
        mine = epochs.places == place
        table = _sampled_rows(session, job, epochs.numbers[mine].tolist(), len(mine), metric)
        columns = epochs.columns[mine][np.searchsorted(epochs.numbers[mine], table[:, 0].astype(np.int64))]
        cells.append(np.searchsorted(variations, table[:, 1].astype(np.int64)) * epochs.count + columns)
        tables.append(table)
    weights, values = np.concatenate(tables)[:, 2:].T
    means = weighted_means(np.concatenate(cells), weights.astype(np.int64), values, len(variations) * epochs.count)
    return means.reshape(len(variations), epochs.count)


def _sampled_rows(session: Session, job: JobRow, epochs: Sequence[int], all_epochs: int, metric: Metric) -> FloatArray:
    """Training rows (epoch, variation, episodes, score) of all epochs, or of evenly chosen ones; no score is NaN."""
    table = VariationReturn
    score = col(table.success_rate if metric == "success" else table.mean_return)
    columns: tuple[Any, ...] = (table.epoch, table.variation, table.episodes, score)
    conditions: list[ColumnElement[bool]] = [col(table.job_id) == job.id, col(table.source) == "training"]
    stride = _stride(session, job, epochs, all_epochs)
    if stride > 1 or len(epochs) < job.epochs:
        conditions.append(col(table.epoch).in_(list(epochs[::stride])))
    rows = driver_rows(session, select(*columns).where(*conditions, score.is_not(None)))
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(len(rows), 4)  # without NULL, in half the time


def _stride(session: Session, job: JobRow, epochs: Sequence[int], all_epochs: int) -> int:
    """The stride between the epochs that are read, from the number of rows in ten evenly chosen epochs."""
    probes = list(epochs[:: max(1, len(epochs) // 10)])
    mine = (col(VariationReturn.job_id) == job.id, col(VariationReturn.source) == "training")
    probe = select(func.count()).select_from(VariationReturn).where(*mine, col(VariationReturn.epoch).in_(probes))
    each: float = session.execute(probe).scalar_one() / max(len(probes), 1)
    return max(1, round(each * all_epochs / ROW_BUDGET))
