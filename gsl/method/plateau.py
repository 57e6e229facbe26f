"""Criterion H: has the generalist stopped learning?

Jia et al. 2022 call it a sliding-window heuristic and give no formula; the form known from a re-implementation is

    Rs   = gaussian_filter1d(R, sigma)
    H(t) = 1  if  Rs(t) + margin >= Rs(t')  for every t' in [t, t + window]

on the mean training figure R of each epoch. That form is retrospective: its filter and its margin look ahead. Here it
is causal: at epoch T only t = T - window is judged, filter and margin see what is known up to T, and later epochs never
change an earlier answer. Since one lucky epoch must not look like a plateau, H also asks for a trend that is surely
small: with the given confidence a straight line through the window rises by no more than the margin. Figures weigh
as much as the episodes behind them, and what they scatter about the line widens the bound, so few episodes mean that H
waits. Evidence for form and settings: docs/plateau.md.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from gsl.config.method import PlateauSettings
from gsl.method.trend import upper_bound_of_rise
from gsl.protocol.reports import PlateauReport

FILTER_REACH = 4
"""Deviations beyond which the Gaussian is cut off, as scipy's default is."""
CARRIED = 1e-9
"""Weight of an epoch without a figure, in episodes: the last known one stands in where nothing is near."""

ROUNDING = 1e-12
"""Of the figures' size: differences below that are rounding."""

Array = NDArray[np.float64]


class History:
    """The newest figures and the episodes behind them, at most `size`."""

    def __init__(self, size: int, figures: Sequence[float] = (), weights: Sequence[float] = ()) -> None:
        self.size = size
        self._rows = np.empty((2, 2 * size + len(figures)))  # room, so that adding seldom copies
        self._first, self._end = 0, len(figures)
        self._rows[0, : self._end], self._rows[1, : self._end] = figures, weights

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def figures(self) -> Array:
        return self._rows[0, self._first : self._end]

    @property
    def weights(self) -> Array:
        return self._rows[1, self._first : self._end]

    def add(self, figure: float, episodes: float) -> None:
        if self._end == self._rows.shape[1]:
            kept = self._rows[:, -self.size :].copy()
            self._rows[:, : self.size], self._end = kept, self.size
        self._rows[:, self._end] = figure, episodes
        self._end += 1
        self._first = max(0, self._end - self.size)

    def carry(self) -> None:
        """The last known figure stands in, almost without weight."""
        self.add(float(self.figures[-1]), CARRIED)


class DetectorState(TypedDict, total=False):
    """Everything a detector remembers, exact through JSON.

    `window` and `last_known` stand in checkpoints from before H saw beyond its window, `figures` and what follows in
    later ones.
    """

    epoch: int | None
    seen: int
    range: list[float] | None
    figures: list[float]
    weights: list[float]
    armed: int
    window: list[float]
    last_known: float | None


class PlateauDetector:
    """Criterion H fed one epoch at a time; after it fires it arms itself anew and needs another full window."""

    def __init__(self, settings: PlateauSettings) -> None:
        self.settings = settings
        self._epoch: int | None = None
        self._seen = 0
        self._range: tuple[float, float] | None = None
        self._history = History(settings.window + 1 + math.ceil(FILTER_REACH * settings.sigma))
        self._armed = 0  # epochs since the first known one or since it was armed anew

    def update(self, epoch: int, value: float | None, episodes: float = 1) -> PlateauReport | None:
        """Take the figure of `epoch`, a mean over so many episodes; the report if H holds now.

        A figure that is missing or not finite weighs nothing. Epochs follow one another without gaps, except after
        `rearm`; those before the first known figure are not judged.
        """
        if self._epoch is not None and epoch != self._epoch + 1:
            raise ValueError(f"epoch {epoch} follows epoch {self._epoch}: epochs must come one by one")
        self._epoch = epoch
        self._seen += 1
        known = value is not None and math.isfinite(value) and episodes > 0
        if known and value is not None:
            self._history.add(float(value), float(episodes))
        elif self._history:
            self._history.carry()
        else:
            return None
        self._armed += 1
        self._widen_range()
        return self._judge(epoch)

    def rearm(self) -> None:
        """Ask for a new full window, as when the gate sends the generalist back to training.

        Figures and range seen so far stay, and so does the count behind `min_epochs`; the next epoch may carry any
        number, so that the state of one job can go on in the next, which counts its epochs from 1 again.
        """
        self._armed = 0
        self._epoch = None

    def state(self) -> DetectorState:
        return {
            "epoch": self._epoch,
            "seen": self._seen,
            "range": None if self._range is None else list(self._range),
            "figures": self._history.figures.tolist(),
            "weights": self._history.weights.tolist(),
            "armed": self._armed,
        }

    def restore(self, state: DetectorState) -> None:
        """Go on exactly where `state` was taken; one of the older form goes on with the window that it holds."""
        self._epoch, self._seen = state["epoch"], state["seen"]
        known_range = state["range"]
        self._range = None if known_range is None else (known_range[0], known_range[1])
        figures = state["figures"] if "figures" in state else state["window"]
        self._history = History(self._history.size, figures, state.get("weights", [1.0] * len(figures)))
        self._armed = state.get("armed", len(figures))

    def _widen_range(self) -> None:
        """Range of the mean over a quarter of the window, so that the scatter of single epochs does not widen it."""
        length = max(1, self.settings.window // 4)
        if len(self._history) < length:
            return
        figures, weights = self._history.figures[-length:], self._history.weights[-length:]
        level = float(figures @ weights / weights.sum())
        lowest, highest = self._range or (level, level)
        self._range = (min(lowest, level), max(highest, level))

    def _judge(self, epoch: int) -> PlateauReport | None:
        window = self.settings.window
        if self._armed <= window or self._seen - window < self.settings.min_epochs or self._range is None:
            return None
        margin = self._margin(self._range[1] - self._range[0])
        size = window + 1
        figures, weights = self._history.figures, self._history.weights
        bound = upper_bound_of_rise(figures[-size:], weights[-size:], self.settings.confidence)
        rounding = ROUNDING * max(map(abs, self._range))  # a flat curve may seem to rise by so much
        if bound is None or bound > margin + rounding:
            return None
        smoothed = smooth_weighted(figures, weights, self.settings.sigma)[-size:]
        if smoothed[0] + margin + rounding < smoothed.max():
            return None
        self._armed = 0
        return PlateauReport(
            start_epoch=epoch - window,
            detected_epoch=epoch,
            value=float(smoothed[0]),
            best_later=float(smoothed[1:].max()),
            rise_bound=bound,
            margin=margin,
            window=window,
            metric=self.settings.metric,
        )

    def _margin(self, seen_range: float) -> float:
        fraction = self.settings.margin_mode == "fraction"
        return self.settings.margin * seen_range if fraction else self.settings.margin


def replay(
    settings: PlateauSettings, values: Iterable[float | None], episodes: Iterable[float] = repeat(1)
) -> list[PlateauReport]:
    """Every place where H would have fired on a finished curve; `values` start at epoch 1."""
    detector = PlateauDetector(settings)
    pairs = enumerate(zip(values, episodes, strict=False), start=1)
    reports = (detector.update(epoch, value, weight) for epoch, (value, weight) in pairs)
    return [report for report in reports if report is not None]


def smooth(values: Array | list[float], sigma: float) -> Array:
    """Gaussian smoothing that repeats the first and last value beyond the ends; `sigma` in epochs, 0 for none."""
    raw = np.asarray(values, dtype=np.float64)
    return raw if sigma == 0 else np.asarray(gaussian_filter1d(raw, sigma, mode="nearest", truncate=FILTER_REACH))


def smooth_weighted(values: Array, weights: Array, sigma: float) -> Array:
    """The same with figures that weigh differently; both of shape (epochs,), weights above 0."""
    return values if sigma == 0 else smooth(values * weights, sigma) / smooth(weights, sigma)
