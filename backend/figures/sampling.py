"""Which rows of a long curve are sent: evenly by row, with each stretch's lowest and highest kept."""

import numpy as np

from backend.domain.figure_data import FloatArray, IntArray

MAX_POINTS = 1000  # a curve; a screen is hardly wider
MAX_FIGURE_POINTS = 8000  # all curves of one figure together
MIN_POINTS = 60  # below this a curve loses its shape


def rows_to_keep(values: FloatArray, limit: int) -> IntArray:
    """Ascending rows, at most `limit` (>= 4), that keep the first, the last and the extremes of every stretch.

    Rows are cut into equally long stretches, by row and not by step: a curve whose steps are unevenly spread keeps
    its shape. NaN rows are never extremes, but a stretch of nothing else keeps its first, so that a gap stays a gap.
    """
    count = len(values)
    if count <= limit:
        return np.arange(count)
    stretches = max(1, (limit - 2) // 2)
    length = -(-count // stretches)
    padded = np.full(stretches * length, np.nan)
    padded[:count] = values
    table = padded.reshape(stretches, length)  # (stretches, length)
    first = np.arange(stretches) * length
    lowest = first + np.where(np.isnan(table), np.inf, table).argmin(axis=1)
    highest = first + np.where(np.isnan(table), -np.inf, table).argmax(axis=1)
    rows: IntArray = np.unique(np.concatenate([[0, count - 1], lowest, highest]))
    return rows[rows < count]


def points_per_curve(curves: int) -> int:
    """How many points each of so many curves of one figure may have."""
    return max(MIN_POINTS, min(MAX_POINTS, MAX_FIGURE_POINTS // max(curves, 1)))
