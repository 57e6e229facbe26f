"""Criterion H: has the generalist stopped learning?

Jia et al. 2022 call it a sliding-window heuristic and give no formula; the form known from a re-implementation is

    Rs   = gaussian_filter1d(R, sigma)
    H(t) = 1  if  Rs(t) + margin >= Rs(t')  for every t' in [t, t + window]

on the mean training return (or success rate) R of each epoch. That form is retrospective: its filter and its margin use
later epochs. This one is causal: at epoch T only t = T - window is judged, filter and margin use what is known up to T,
and later epochs never change an earlier answer. Since a single lucky epoch must not look like a plateau, H also
requires a small trend: with the given confidence, a straight line through the window rises by no more than the margin.
Each epoch is weighted by its episodes, and the residuals about the line widen the bound, so few episodes delay a
detection. Evidence for form and settings: docs/plateau.md.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TypedDict

import numpy as np

from gsl.config.plateau import PlateauSettings
from gsl.method.curves import CARRIED, FILTER_REACH, Array, smooth_weighted, upper_bound_of_rise
from gsl.protocol.reports import PlateauReport

ROUNDING = 1e-12
"""Relative to the values: smaller differences are rounding errors."""


class RecentValues:
    """The newest values and the episodes behind them, at most `size`."""

    def __init__(self, size: int, values: Sequence[float] = (), weights: Sequence[float] = ()) -> None:
        self.size = size
        self._rows = np.empty((2, 2 * size + len(values)))  # twice the room, so that adding seldom copies
        self._first, self._end = 0, len(values)
        self._rows[0, : self._end], self._rows[1, : self._end] = values, weights

    def __len__(self) -> int:
        return self._end - self._first

    @property
    def values(self) -> Array:
        return self._rows[0, self._first : self._end]

    @property
    def weights(self) -> Array:
        return self._rows[1, self._first : self._end]

    def add(self, value: float, episodes: float) -> None:
        if self._end == self._rows.shape[1]:
            kept = self._rows[:, -self.size :].copy()
            self._rows[:, : self.size], self._end = kept, self.size
        self._rows[:, self._end] = value, episodes
        self._end += 1
        self._first = max(0, self._end - self.size)

    def carry(self) -> None:
        """Repeat the last known value with almost no weight."""
        self.add(float(self.values[-1]), CARRIED)


class DetectorState(TypedDict, total=False):
    """The detector's whole state, exact through JSON; the names are those in stored checkpoints.

    `figures` are the recent values. Checkpoints of before H used epochs ahead of its window have `window` and
    `last_known` instead of `figures`, `weights` and `armed`.
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
    """Criterion H, updated once an epoch; after a detection it needs another full window."""

    def __init__(self, settings: PlateauSettings) -> None:
        self.settings = settings
        self._epoch: int | None = None
        self._seen = 0
        self._range: tuple[float, float] | None = None
        self._recent = RecentValues(settings.window + 1 + math.ceil(FILTER_REACH * settings.sigma))
        self._armed = 0  # epochs since the first known one or since the last rearm

    def update(self, epoch: int, value: float | None, episodes: float = 1) -> PlateauReport | None:
        """Add the value of `epoch`, a mean over `episodes`; returns a report if H holds now.

        A missing or infinite value has no weight. Epochs before the first known value are not judged. Raises
        ValueError if epochs are not consecutive, except after `rearm`.
        """
        if self._epoch is not None and epoch != self._epoch + 1:
            raise ValueError(f"epoch {epoch} follows epoch {self._epoch}, but epochs must be consecutive")
        self._epoch = epoch
        self._seen += 1
        known = value is not None and math.isfinite(value) and episodes > 0
        if known and value is not None:
            self._recent.add(float(value), float(episodes))
        elif self._recent:
            self._recent.carry()
        else:
            return None
        self._armed += 1
        self._widen_range()
        return self._judge(epoch)

    def rearm(self) -> None:
        """Require a new full window, as when the gate sends the generalist back to training.

        The values and the range seen so far are kept, and so is the count for `min_epochs`. The next epoch may have any
        number, so that the state of one job can continue in the next job, which counts its epochs from 1.
        """
        self._armed = 0
        self._epoch = None

    def state(self) -> DetectorState:
        return {
            "epoch": self._epoch,
            "seen": self._seen,
            "range": None if self._range is None else list(self._range),
            "figures": self._recent.values.tolist(),
            "weights": self._recent.weights.tolist(),
            "armed": self._armed,
        }

    def restore(self, state: DetectorState) -> None:
        """Resume exactly where `state` was taken; a state of the older form resumes with the window that it holds."""
        self._epoch, self._seen = state["epoch"], state["seen"]
        known_range = state["range"]
        self._range = None if known_range is None else (known_range[0], known_range[1])
        values = state["figures"] if "figures" in state else state["window"]
        self._recent = RecentValues(self._recent.size, values, state.get("weights", [1.0] * len(values)))
        self._armed = state.get("armed", len(values))

    def _widen_range(self) -> None:
        """Range of the mean over a quarter of the window, so that the noise of single epochs does not widen it."""
        length = max(1, self.settings.window // 4)
        if len(self._recent) < length:
            return
        values, weights = self._recent.values[-length:], self._recent.weights[-length:]
        level = float(values @ weights / weights.sum())
        lowest, highest = self._range or (level, level)
        self._range = (min(lowest, level), max(highest, level))

    def _judge(self, epoch: int) -> PlateauReport | None:
        window = self.settings.window
        if self._armed <= window or self._seen - window < self.settings.min_epochs or self._range is None:
            return None
        margin = self._margin(self._range[1] - self._range[0])
        size = window + 1
        values, weights = self._recent.values, self._recent.weights
        bound = upper_bound_of_rise(values[-size:], weights[-size:], self.settings.confidence)
        rounding = ROUNDING * max(map(abs, self._range))  # a flat curve may appear to rise by this much
        if bound is None or bound > margin + rounding:
            return None
        smoothed = smooth_weighted(values, weights, self.settings.sigma)[-size:]
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
    """Every detection on a finished curve; `values` start at epoch 1."""
    detector = PlateauDetector(settings)
    pairs = enumerate(zip(values, episodes, strict=False), start=1)
    reports = (detector.update(epoch, value, weight) for epoch, (value, weight) in pairs)
    return [report for report in reports if report is not None]
