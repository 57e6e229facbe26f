"""Which rows of a long curve are sent: evenly by row, with each stretch's lowest and highest kept."""

import numpy as np

from gsl.backend.domain.figure_data import BoolArray, FloatArray, IntArray

MAX_POINTS = 1000  # a curve; a screen is hardly wider
MAX_FIGURE_POINTS = 8000  # all curves of one figure together
MIN_POINTS = 60  # below this a curve loses its shape


def rows_to_keep(values: FloatArray, limit: int) -> IntArray:
    """Ascending rows of one curve; see `kept`."""
    return np.flatnonzero(kept(values[np.newaxis], limit))


def kept(curves: FloatArray, limit: int) -> BoolArray:
    """At most `limit` (>= 4) rows of each curve: the first, the last and the extremes of every stretch.

    Rows are cut into equally long stretches, by row and not by step: a curve whose steps are unevenly spread keeps
    its shape. NaN rows are never extremes, but a stretch of nothing else keeps its first, so that a gap stays a gap.
    Both shapes are (curves, rows).
    """
    number, count = curves.shape
    if count <= limit:
        return np.full(curves.shape, True)
    stretches = max(1, (limit - 2) // 2)
    length = -(-count // stretches)
    table = np.full((number, stretches * length), np.nan)
    table[:, :count] = curves
    unknown, chosen = np.isnan(table), np.zeros(table.shape, dtype=np.bool_)
    first, shape = np.arange(stretches) * length, (number, stretches, length)
    lowest = first + np.where(unknown, np.inf, table).reshape(shape).argmin(axis=2)
    highest = first + np.where(unknown, -np.inf, table).reshape(shape).argmax(axis=2)
    np.put_along_axis(chosen, np.concatenate([lowest, highest], axis=1), True, axis=1)
    chosen[:, [0, count - 1]] = True
    return chosen[:, :count]


def points_per_curve(curves: int) -> int:
    """How many points each of so many curves of one figure may have."""
    return max(MIN_POINTS, min(MAX_POINTS, MAX_FIGURE_POINTS // max(curves, 1)))
