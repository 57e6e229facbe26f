"""Criteria that are compared, each a function from a curve to where it would fire first. Epochs count from 0 here.

The forms from before stand here alone, written for whole curves: a window's smoothed figures are a fixed matrix times
the raw ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gsl.config.plateau import PlateauSettings
from gsl.config.recommended import plateau_of
from gsl.method.curves import FILTER_REACH, smooth
from gsl.method.plateau import replay

Array = NDArray[np.float64]
CHUNK = 256


@dataclass(frozen=True)
class Firing:
    """From t* to T."""

    start: int
    detected: int


Criterion = Callable[[Array], Firing | None]


def first_firing(settings: PlateauSettings, curve: Array) -> Firing | None:
    """The product's own detector, for which epochs count from 1."""
    report = next(iter(replay(settings, curve.tolist())), None)
    return None if report is None else Firing(report.start_epoch - 1, report.detected_epoch - 1)


def now(curve: Array) -> Firing | None:
    return first_firing(plateau_of(len(curve)), curve)


def without_bound(curve: Array) -> Firing | None:
    """The trend's estimate instead of its bound."""
    return first_firing(plateau_of(len(curve)).model_copy(update={"confidence": 0.5}), curve)


def sliding(sigma: float, window: float, margin: float, earliest: float, whole_history: bool) -> Criterion:
    """H on smoothed figures alone, all lengths as shares of the curve; the filter sees the window or all before T."""

    def criterion(curve: Array) -> Firing | None:
        epochs = len(curve)
        size = max(2, round(window * epochs)) + 1
        kernel = _smoothing(size, sigma * epochs, whole_history)  # (window, figures that the filter sees)
        before = kernel.shape[1] - size
        views = sliding_window_view(np.concatenate([np.full(before, curve[0]), curve]), kernel.shape[1])
        lowest, highest = np.inf, -np.inf
        for first in range(0, len(views), CHUNK):
            smoothed = views[first : first + CHUNK] @ kernel.T  # a row for each T
            lows = np.minimum(lowest, np.minimum.accumulate(smoothed.min(1)))
            highs = np.maximum(highest, np.maximum.accumulate(smoothed.max(1)))
            lowest, highest = lows[-1], highs[-1]
            holds = smoothed[:, 0] + margin * (highs - lows) >= smoothed.max(1)
            late_enough = first + np.arange(len(smoothed)) + 1 >= round(earliest * epochs)
            places = np.flatnonzero(holds & late_enough)
            if len(places):
                start = first + int(places[0])
                return Firing(start, start + size - 1)
        return None

    return criterion


@lru_cache(maxsize=32)
def _smoothing(size: int, sigma: float, whole_history: bool) -> Array:
    reach = int(FILTER_REACH * sigma + 0.5) if whole_history else 0
    units = np.eye(size + reach)
    return np.array([smooth(unit, sigma) for unit in units]).T[reach:]


def retrospective(curve: Array) -> Firing | None:
    """The re-implementation's: filter and range see the whole curve, the last window is cut short."""
    epochs = len(curve)
    smoothed = smooth(curve, 0.01 * epochs)
    margin, window = 0.05 * float(np.ptp(smoothed)), max(2, round(0.1 * epochs))
    for start in range(round(0.2 * epochs), epochs):
        seen = smoothed[start : start + window + 1]
        if seen[0] + margin >= seen.max():
            return Firing(start, start + len(seen) - 1)
    return None


BEFORE = "before: filter sees the window, 10 % window, 5 % margin"
NOW = "**now: trend's bound, 30 % window, 25 % margin**"
CRITERIA: dict[str, Criterion] = {
    "retrospective, as re-implemented (looks ahead)": retrospective,
    BEFORE: sliding(0.01, 0.10, 0.05, 0.2, whole_history=False),
    "filter over all history, 15 % window, 5 % margin": sliding(0.02, 0.15, 0.05, 0.1, whole_history=True),
    "filter over all history, 30 % window, 25 % margin": sliding(0.02, 0.30, 0.25, 0.1, whole_history=True),
    "as now without confidence (0.5)": without_bound,
    NOW: now,
}
