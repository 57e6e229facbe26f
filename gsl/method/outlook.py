"""What a variation's training so far says of what a specialist could gain on it.

The lowest variations are often those that nobody learns at this budget. A variation *moves* where an episode in the
second half of the training succeeded, or where its return surely rises; it is *hopeless* where many episodes show
neither; with too few episodes it is *open*. A forecast from the generalist's training, no certainty: a specialist may
learn what the generalist could not, so that the lowest by mean stay the default.
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
"""Equal parts of the generalist's training in which a variation's episodes are pooled."""

ENOUGH_EPISODES = 20  # to call a variation hopeless
_FLOOR = 0.05  # score, of a suite without success, that counts as nothing reached
_SURE = 0.05  # how often a flat return may look like a rising one
_CHANCE: dict[Outlook, float] = {"moving": 1.0, "open": 0.5, "hopeless": 0.05}


@dataclass(frozen=True)
class Stretch:
    """Training episodes of one variation in one part of the training, numbered from 0."""

    number: int
    episodes: int
    mean_return: float
    success_rate: float | None


History = Mapping[int, tuple[Stretch, ...]]
"""Stretches by variation, oldest first; those in which it finished no episode are left out."""

Score = Callable[[float | None, float | None], float | None]
"""The suite's score (0 to 1) of a mean return and a success rate."""


def history_of(epochs: Sequence[EpochReport]) -> History:
    """Pooled from all the epochs of one job."""
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
    """What the episodes of one variation say."""
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
    """Whether the return has a positive trend, by a weighted line through its stretches and a one-sided t test."""
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
    """What is left to gain (1 minus the score), times the chance that a specialist gains it."""
    left = 1.0 if reached is None else min(1.0, max(0.0, 1.0 - reached))
    return left * _CHANCE[found]
