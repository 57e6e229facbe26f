"""Whether a curve rose after criterion H had fired: what a false alarm is, seen from the curve's end."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gsl.method.plateau import CARRIED, smooth_weighted

SMOOTHING = 60 / 3051
"""Deviation of the Gaussian as a share of the curve: 60 epochs of Procgen's 50 million steps."""
RISE = 0.2
"""Share of the smoothed curve's range by which the later maximum must lie above the window's."""

Array = NDArray[np.float64]


def smoothed_whole(values: Sequence[float] | Array) -> Array:
    """The curve as hindsight sees it; shape (epochs,). Missing figures (NaN) take those nearby; none known: all NaN."""
    raw = np.asarray(values, np.float64)
    known = np.flatnonzero(np.isfinite(raw))
    if len(known) == 0:
        return np.full(len(raw), np.nan)
    filled = np.interp(np.arange(len(raw)), known, raw[known])
    return smooth_weighted(filled, np.where(np.isfinite(raw), 1.0, CARRIED), SMOOTHING * len(raw))


def rose_later(smoothed: Array, start: int, detected: int) -> bool:
    """Whether the maximum from `detected` on lies more than RISE of the range above that of [start, detected].

    `smoothed` is the whole curve, start and detected are places in it from 0.
    """
    allowed = RISE * float(np.ptp(smoothed))
    return bool(smoothed[detected:].max() > smoothed[start : detected + 1].max() + allowed)
