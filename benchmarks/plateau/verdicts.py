"""Was a firing right? Judged by the curve's later course, and by when it really stalled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.plateau.criteria import Criterion, Firing
from benchmarks.plateau.curves import Array, Curve
from gsl.config.recommended import PLATEAU_EARLIEST
from gsl.method.curves import rose_later

STALLED = 0.05
"""Share of the range that a stalled curve still gains."""
SEEN = 0.6
"""A curve that stalled in this share of the run can be seen to have stalled."""
LATE = 1 / 3
"""Share of the run after the stall from which a firing is late."""

Verdict = Literal["right", "late", "false", "missed", "silent"]


@dataclass(frozen=True)
class Score:
    """Counts of one criterion on some curves, and when it fired."""

    curves: int
    verdicts: dict[Verdict, int]
    median: float | None  # share of the run

    @property
    def fired(self) -> int:
        return self.verdicts["right"] + self.verdicts["late"] + self.verdicts["false"]

    @property
    def fired_share(self) -> float:
        return self.fired / self.curves

    @property
    def false_share(self) -> float:
        """Of the firings."""
        return self.verdicts["false"] / max(1, self.fired)


def score(criterion: Criterion, curves: Sequence[Curve]) -> Score:
    return tally(curves, firings(criterion, curves))


def firings(criterion: Criterion, curves: Sequence[Curve]) -> list[Firing | None]:
    return [criterion(curve.seen) for curve in curves]


def tally(curves: Sequence[Curve], found: Sequence[Firing | None]) -> Score:
    """Each curve with its own firing."""
    verdicts: dict[Verdict, int] = {"right": 0, "late": 0, "false": 0, "missed": 0, "silent": 0}
    for curve, firing in zip(curves, found, strict=True):
        verdicts[verdict(curve.true, firing)] += 1
    when = [firing.detected / len(curve.seen) for curve, firing in zip(curves, found, strict=True) if firing]
    return Score(len(curves), verdicts, float(np.median(when)) if when else None)


def verdict(true: Array, firing: Firing | None) -> Verdict:
    stalled = stalled_at(true)
    if firing is None:
        return "missed" if stalled <= SEEN * len(true) else "silent"
    if rose_later(true, firing.start, firing.detected):
        return "false"
    judged_from = max(stalled, PLATEAU_EARLIEST * len(true))  # nobody is to fire before
    return "late" if firing.detected > judged_from + LATE * len(true) else "right"


def stalled_at(true: Array) -> int:
    """The first epoch after which the maximum grows by no more than STALLED of the range."""
    so_far = np.maximum.accumulate(true)
    return int(np.argmax(so_far + STALLED * float(np.ptp(true)) >= true.max()))
