"""A forecast, from a variation's training so far, of whether a specialist can gain on it.

The lowest variations are often too hard for the budget. A variation is *moving* if an episode in the second half of
training succeeded or its return rises significantly, *hopeless* if many episodes show neither, and *open* if there are
too few episodes. The forecast may be wrong, because a specialist can learn what the generalist could not; so
selection by the lowest mean remains the default.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtr

from gsl.protocol.reports import EpochReport, VariationReturn

Outlook = Literal["moving", "open", "hopeless"]
STRETCHES = 8
"""Number of equal parts of the generalist's training; each pools a variation's episodes."""

ENOUGH_EPISODES = 20  # before a variation can be hopeless
_FLOOR = 0.05  # score up to which a suite without success counts as nothing achieved
_SURE = 0.05  # significance level of the test for a rising return
_CHANCE: dict[Outlook, float] = {"moving": 1.0, "open": 0.5, "hopeless": 0.05}


@dataclass(frozen=True)
class Stretch:
    """Training episodes of one variation in one part of training, numbered from 0."""

    number: int
    episodes: int
    mean_return: float
    success_rate: float | None


History = Mapping[int, tuple[Stretch, ...]]
"""Stretches by variation, oldest first, without those in which it finished no episode."""

Score = Callable[[float | None, float | None], float | None]
"""The suite's score (0 to 1) of a mean return and a success rate."""


def history_of(epochs: Sequence[EpochReport]) -> History:
    """The history from all epochs of one job."""
    pooled: dict[tuple[int, int], list[VariationReturn]] = {}
    last = max((report.epoch for report in epochs), default=0)
    for report in epochs:
        for entry in report.returns:
            if entry.mean_return is not None:
                pooled.setdefault((entry.variation, (report.epoch - 1) * STRETCHES // last), []).append(entry)
    found: dict[int, list[Stretch]] = {}
    for (variation, number), entries in sorted(pooled.items()):
        found.setdefault(variation, []).append(_pooled(number, entries))
    return {variation: tuple(parts) for variation, parts in found.items()}


def _pooled(number: int, entries: Sequence[VariationReturn]) -> Stretch:
    episodes = sum(entry.episodes for entry in entries)
    mean_return = sum(entry.episodes * (entry.mean_return or 0.0) for entry in entries) / episodes
    rates = [(entry.episodes, entry.success_rate) for entry in entries if entry.success_rate is not None]
    success = sum(count * rate for count, rate in rates) / episodes if rates else None
    return Stretch(number, episodes, mean_return, success)


def outlook(stretches: Sequence[Stretch], score: Score) -> Outlook:
    """The forecast for one variation."""
    recent = [part for part in stretches if part.number >= STRETCHES // 2]
    if any(part.success_rate for part in recent) or rises(stretches):
        return "moving"
    if sum(part.episodes for part in stretches) < ENOUGH_EPISODES:
        return "open"
    if all(part.success_rate is None for part in stretches):
        reached = [score(part.mean_return, None) for part in stretches]
        if max((value for value in reached if value is not None), default=0.0) > _FLOOR:
            return "open"
    return "hopeless"


def rises(stretches: Sequence[Stretch]) -> bool:
    """Whether the return has a positive trend, by weighted linear regression and a one-sided t test."""
    if len(stretches) < 3:
        return False
    x = np.array([part.number for part in stretches], dtype=np.float64)
    y = np.array([part.mean_return for part in stretches])
    weights = np.array([part.episodes for part in stretches], dtype=np.float64)
    x, y = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    spread = float((weights * x**2).sum())
    slope = float((weights * x * y).sum()) / spread
    if slope <= 0:
        return False
    freedom = len(stretches) - 2
    error = math.sqrt(float((weights * (y - slope * x) ** 2).sum()) / freedom / spread)
    return error == 0 or float(stdtr(freedom, -slope / error)) < _SURE


def possible_gain(found: Outlook, reached: float | None) -> float:
    """The expected gain: what is left (1 minus the score), times the probability that a specialist gains it."""
    left = 1.0 if reached is None else min(1.0, max(0.0, 1.0 - reached))
    return left * _CHANCE[found]
