"""Noisy training curves: smoothing, a bound on their rise, and whether one rose after a plateau was detected."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.special import stdtrit

FILTER_REACH = 4
"""Standard deviations after which the Gaussian is truncated, as by scipy's default."""
CARRIED = 1e-9
"""Weight, in episodes, of an epoch without a value: it repeats the last known one, which any real value outweighs."""

BLOCKS = 10
"""Number of blocks that epochs are pooled into, because neighbouring epochs of one policy have correlated errors."""
KNOWN = 1e-3
"""Episodes from which a block's mean counts as known."""

HINDSIGHT_SMOOTHING = 60 / 3051
"""Standard deviation of the Gaussian as a share of the curve: 60 epochs of Procgen's 50 million steps."""
HINDSIGHT_RISE = 0.2
"""Share of the smoothed curve's range by which the later maximum must exceed the window's."""

Array = NDArray[np.float64]


def smooth(values: Array | list[float], sigma: float) -> Array:
    """Gaussian smoothing that repeats the first and last value beyond the ends; `sigma` in epochs, 0 for none."""
    raw = np.asarray(values, dtype=np.float64)
    return raw if sigma == 0 else np.asarray(gaussian_filter1d(raw, sigma, mode="nearest", truncate=FILTER_REACH))


def smooth_weighted(values: Array, weights: Array, sigma: float) -> Array:
    """The same for values of different weight; both of shape (epochs,), weights above 0."""
    return values if sigma == 0 else smooth(values * weights, sigma) / smooth(weights, sigma)


def smooth_causally(values: Array, epochs: NDArray[np.int64], memory: float) -> Array:
    """Mean of the values so far, in which one counts less the older it is: by a factor of e after `memory` epochs.

    Both arrays have shape (n,); epochs may be apart, as only some are drawn. A value that is NaN stays a gap and counts
    for nothing; a memory of 0 changes nothing.
    """
    if memory <= 0 or len(values) == 0:
        return values
    total = weight = 0.0
    means = []
    decays = np.exp(-np.diff(epochs, prepend=epochs[0]) / memory).tolist()
    for value, decay in zip(values.tolist(), decays, strict=True):
        known = not math.isnan(value)
        total = total * decay + (value if known else 0.0)
        weight = weight * decay + known
        means.append(total / weight if known else math.nan)
    return np.array(means)


def upper_bound_of_rise(values: Array, weights: Array, confidence: float) -> float | None:
    """One-sided upper confidence bound of the rise from the first to the last epoch along a fitted line.

    `values` and `weights` (the episodes behind each) have shape (epochs,). The line is fitted by least squares to the
    weighted means of blocks, each weighted by its episodes; the residuals give the standard error of the slope, and
    Student's t the bound. None if fewer than three blocks are known.
    """
    count = len(values)
    places, means, sums = _blocks(values, weights)
    known = sums >= KNOWN
    places, means, sums = places[known], means[known], sums[known]
    freedom = len(means) - 2
    if freedom < 1:
        return None
    centred = places - places @ sums / sums.sum()
    spread = float(sums @ centred**2)
    level = float(means @ sums / sums.sum())
    slope = float((sums * centred) @ (means - level)) / spread
    scatter = float(sums @ (means - level - slope * centred) ** 2) / freedom
    return (slope + float(stdtrit(freedom, confidence)) * math.sqrt(scatter / spread)) * (count - 1)


def smoothed_whole(values: Sequence[float] | Array) -> Array:
    """The finished curve as `rose_later` needs it, shape (epochs,).

    Missing values (NaN) are interpolated; if none is known, all are NaN.
    """
    raw = np.asarray(values, np.float64)
    known = np.flatnonzero(np.isfinite(raw))
    if len(known) == 0:
        return np.full(len(raw), np.nan)
    filled = np.interp(np.arange(len(raw)), known, raw[known])
    return smooth_weighted(filled, np.where(np.isfinite(raw), 1.0, CARRIED), HINDSIGHT_SMOOTHING * len(raw))


def rose_later(smoothed: Array, start: int, detected: int) -> bool:
    """Whether the plateau in [start, detected] was a false alarm: the curve later rose by more than 20 % of its range.

    `smoothed` is the whole curve; `start` and `detected` are indices into it, from 0.
    """
    allowed = HINDSIGHT_RISE * float(np.ptp(smoothed))
    return bool(smoothed[detected:].max() > smoothed[start : detected + 1].max() + allowed)


def _blocks(values: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Centre in epochs, weighted mean and weight of each block; as equal in length as whole epochs allow."""
    starts, places = _layout(len(values))
    sums = np.add.reduceat(weights, starts)
    return places, np.add.reduceat(weights * values, starts) / sums, sums


@lru_cache(maxsize=8)
def _layout(count: int) -> tuple[NDArray[np.int64], Array]:
    """Where each block begins and where its centre lies."""
    edges = np.linspace(0, count, min(BLOCKS, count) + 1).round().astype(np.int64)
    return edges[:-1], (edges[:-1] + edges[1:] - 1) / 2
