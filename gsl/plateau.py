"""Criterion H: has the generalist stopped learning?

Jia et al. 2022 call it a sliding-window heuristic and give no formula; the form known from a re-implementation is

    Rs   = gaussian_filter1d(R, sigma)
    H(t) = 1  if  Rs(t) + margin >= Rs(t')  for every t' in [t, t + window]

on the mean training figure R of each epoch. That form is retrospective: its filter and its margin look ahead. Here it
is causal: at epoch T only t = T - window is judged, with the window R[t..T] smoothed by itself and the margin from what
was seen up to T, so that later epochs never change an earlier answer.
"""

import copy
import math
from collections.abc import Iterable, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from gsl.config.method import PlateauSettings
from gsl.reports import PlateauReport


class DetectorState(TypedDict):
    """Everything a detector remembers, exact through JSON."""

    epoch: int | None
    seen: int
    window: list[float]
    last_known: float | None
    range: list[float] | None


class PlateauDetector:
    """Criterion H fed one epoch at a time; after it fires it arms itself anew and needs another full window."""

    def __init__(self, settings: PlateauSettings) -> None:
        self.settings = settings
        self._state = DetectorState(epoch=None, seen=0, window=[], last_known=None, range=None)

    def update(self, epoch: int, value: float | None) -> PlateauReport | None:
        """Take the figure of `epoch` (missing or not finite: the last known one stands in); the report if H holds now.

        Epochs follow one another without gaps, except after `rearm`. Those before the first known one are not judged.
        """
        state = self._state
        if state["epoch"] is not None and epoch != state["epoch"] + 1:
            raise ValueError(f"epoch {epoch} follows epoch {state['epoch']}: epochs must come one by one")
        state["epoch"] = epoch
        state["seen"] += 1
        if value is not None and math.isfinite(value):
            state["last_known"] = float(value)
        if state["last_known"] is None:
            return None
        state["window"] = [*state["window"], state["last_known"]][-(self.settings.window + 1) :]
        return self._judge(epoch)

    def rearm(self) -> None:
        """Ask for a new full window, as when the gate sends the generalist back to training.

        The range seen so far stays, and so does the count behind `min_epochs`; the next epoch may carry any number, so
        that the state of one job can go on in the next, which counts its epochs from 1 again.
        """
        self._state["window"] = []
        self._state["epoch"] = None

    def state(self) -> DetectorState:
        return copy.deepcopy(self._state)

    def restore(self, state: DetectorState) -> None:
        """Go on exactly where `state` was taken."""
        self._state = copy.deepcopy(state)

    def _judge(self, epoch: int) -> PlateauReport | None:
        state, settings = self._state, self.settings
        if len(state["window"]) <= settings.window:
            return None
        smoothed = smooth(state["window"], settings.sigma)
        margin = _margin(settings, self._range_with(smoothed))
        started_late_enough = state["seen"] - settings.window >= settings.min_epochs
        if not started_late_enough or smoothed[0] + margin < smoothed.max():
            return None
        report = _report(settings, smoothed, epoch - settings.window, epoch, margin)
        state["window"] = []
        return report

    def _range_with(self, smoothed: NDArray[np.float64]) -> float:
        """Range of the smoothed figures of every full window so far, this one included."""
        lowest, highest = float(smoothed.min()), float(smoothed.max())
        if self._state["range"] is not None:
            lowest, highest = min(lowest, self._state["range"][0]), max(highest, self._state["range"][1])
        self._state["range"] = [lowest, highest]
        return highest - lowest


def replay(settings: PlateauSettings, values: Iterable[float | None]) -> list[PlateauReport]:
    """Every place where the causal criterion would have fired on a finished curve; `values` start at epoch 1."""
    detector = PlateauDetector(settings)
    reports = (detector.update(epoch, value) for epoch, value in enumerate(values, start=1))
    return [report for report in reports if report is not None]


def retrospective(settings: PlateauSettings, values: Sequence[float | None]) -> PlateauReport | None:
    """The re-implementation's form, for comparison: filter and range see the whole curve, the last window is cut short.

    `detected_epoch` is the last epoch it looked at. None where no figure is known; otherwise the last epoch always
    passes, unless `min_epochs` lies beyond it.
    """
    known, skipped = _carried_forward(values)
    if not known:
        return None
    smoothed = smooth(known, settings.sigma)
    margin = _margin(settings, float(smoothed.max() - smoothed.min()))
    for first in range(max(0, settings.min_epochs - 1 - skipped), len(smoothed)):
        window = smoothed[first : first + settings.window + 1]
        if window[0] + margin >= window.max():
            start = first + skipped + 1
            return _report(settings, window, start, start + len(window) - 1, margin)
    return None


def smooth(values: Sequence[float], sigma: float) -> NDArray[np.float64]:
    """Gaussian smoothing that repeats the first and last value beyond the ends; `sigma` in epochs, 0 for none."""
    raw = np.asarray(values, dtype=np.float64)
    return raw if sigma == 0 else np.asarray(gaussian_filter1d(raw, sigma, mode="nearest"))


def _margin(settings: PlateauSettings, seen_range: float) -> float:
    return settings.margin if settings.margin_mode == "absolute" else settings.margin * seen_range


def _report(
    settings: PlateauSettings, smoothed: NDArray[np.float64], start: int, detected: int, margin: float
) -> PlateauReport:
    later = smoothed[1:] if len(smoothed) > 1 else smoothed
    return PlateauReport(
        start_epoch=start,
        detected_epoch=detected,
        value=float(smoothed[0]),
        best_later=float(later.max()),
        margin=margin,
        window=settings.window,
        metric=settings.metric,
    )


def _carried_forward(values: Sequence[float | None]) -> tuple[list[float], int]:
    """Known figures with gaps filled by the one before, and how many epochs came before the first known one."""
    known: list[float] = []
    for value in values:
        if value is not None and math.isfinite(value):
            known.append(float(value))
        elif known:
            known.append(known[-1])
    return known, len(values) - len(known)
