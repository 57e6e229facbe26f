"""A training curve as drawn: sampled points with the measured and the smoothed score, and what the cursor says."""

import numpy as np

from gsl.backend.domain.figure_data import Curve, FloatArray, Role
from gsl.backend.domain.run_axis import branch_of
from gsl.backend.figures.sampling import rows_to_keep
from gsl.backend.figures.style import NUMBER_FORMATS, ROLE_NAMES, View
from gsl.method.curves import smooth


def points(curve: Curve, sigma: float, view: View, limit: int) -> FloatArray:
    """Steps, measured and smoothed score, epoch, index and cycle of sampled epochs, and a NaN row that ends the line.

    Index and cycle are those of a specialist.
    """
    values = curve.scores.of(view.metric)
    rows = rows_to_keep(values, limit)
    smoothed = _smoothed(values, min(sigma / curve.stretch, len(values) / 20))
    branch = branch_of(curve.key)
    who = np.broadcast_to([curve.index, int(branch[0]) if branch else 1], (len(rows), 2))
    columns = np.stack([curve.steps[rows], values[rows], smoothed[rows], curve.epochs[rows]], axis=1)
    return np.concatenate([np.concatenate([columns, who], axis=1), np.full((1, 6), np.nan)])


def _smoothed(values: FloatArray, sigma: float) -> FloatArray:
    """Epochs in which no episode ended are bridged; before the first known one there is nothing. Shape (epochs,)."""
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == 0 or sigma < 0.5:
        return values
    first = int(known[0])
    filled = np.interp(np.arange(first, len(values)), known, values[known])
    return np.concatenate([np.full(first, np.nan), smooth(filled.tolist(), sigma)])


def hover(role: Role, view: View, *, alone: bool = False) -> str:
    """Needs epoch, measured score and index as `customdata`; `alone` if it is the only one of its role already."""
    form = NUMBER_FORMATS[view.metric]
    what = "success" if view.metric == "success" else "mean return"
    who = "Specialist %{customdata[2]}" if role == "specialist" else ROLE_NAMES[role]
    more = "<br>click to see it alone" if role == "specialist" and not alone else ""
    return (
        f"<b>{who}</b><br>{what} %{{customdata[1]:{form}}} (smoothed %{{y:{form}}})"
        f"<br>epoch %{{customdata[0]:,}} · %{{x:,}} steps{more}<extra></extra>"
    )
