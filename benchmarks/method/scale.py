"""The axis of a figure: success from 0 to 1, returns as far as they go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.method.outcomes import Outcome
from benchmarks.method.study import Metric


@dataclass(frozen=True)
class Scale:
    """Round figures from the lowest to the highest that is drawn."""

    levels: tuple[float, ...]

    def share(self, figure: float) -> float:
        low, high = self.levels[0], self.levels[-1]
        return (min(max(figure, low), high) - low) / (high - low)


def scale_of(metric: Metric, outcomes: Sequence[Outcome]) -> Scale:
    if metric == "success":
        return Scale(tuple(float(level) for level in np.linspace(0, 1, 6).round(1)))
    figures = [figure for o in outcomes for figure in (*o.curve, o.figure, o.held_out_figure) if figure is not None]
    low, high = min(0.0, *figures), max(0.0, *figures)
    step = _round((high - low) / 5 or 1.0)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Scale(tuple(round(place * step, 10) for place in range(first, max(last, first + 1) + 1)))


def _round(step: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))
