"""Which variations the specialists get: the lowest of a fresh evaluation.

A fresh evaluation, because the lowest of noisy training means are partly just unlucky (regression to the mean).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit  # not from scipy.stats, whose import takes a second at every start

from gsl.reports import VariationReturn


@dataclass(frozen=True)
class Estimate:
    """What a fresh evaluation says of one variation; returns are raw."""

    variation: int
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None


@dataclass(frozen=True)
class Ranking:
    """Measured variations, lowest first, and those without an estimate."""

    estimates: tuple[Estimate, ...]
    unmeasured: tuple[int, ...]

    def lowest(self, count: int) -> tuple[int, ...]:
        """The `count` lowest; unmeasured ones only fill up what is missing, because nothing says that they are low."""
        return (*(estimate.variation for estimate in self.estimates), *self.unmeasured)[:count]


def rank(
    variations: Sequence[int],
    returns: Sequence[VariationReturn],
    by: Literal["mean", "lower_bound"],
    confidence: float,
    seed: int,
) -> Ranking:
    """Order `variations` by the chosen figure of `returns`, ties (and unmeasured ones) by `seed`."""
    measured = {entry.variation: entry for entry in returns if entry.mean_return is not None}
    pooled = _pooled_deviation(list(measured.values()))
    estimates = [_estimate(measured[v], confidence, pooled) for v in variations if v in measured]
    lot = {
        v: float(draw) for v, draw in zip(variations, np.random.default_rng(seed).random(len(variations)), strict=True)
    }
    return Ranking(
        estimates=tuple(sorted(estimates, key=lambda e: (_figure(e, by), lot[e.variation]))),
        unmeasured=tuple(sorted((v for v in variations if v not in measured), key=lot.__getitem__)),
    )


def lower_bound(mean: float, deviation: float, episodes: int, confidence: float) -> float:
    """One-sided Student t bound: the true mean lies above it with this confidence.

    `deviation` is the sample standard deviation of the episodes' returns. One episode has no degree of freedom of its
    own and counts as two.
    """
    freedom = max(1, episodes - 1)
    return mean - float(stdtrit(freedom, confidence)) * deviation / math.sqrt(episodes)


def _estimate(entry: VariationReturn, confidence: float, pooled: float) -> Estimate:
    mean = entry.mean_return
    assert mean is not None  # `rank` passes measured ones only
    deviation = pooled if entry.std_return is None else entry.std_return
    bound = lower_bound(mean, deviation, entry.episodes, confidence)
    return Estimate(entry.variation, entry.episodes, mean, bound, entry.success_rate)


def _figure(estimate: Estimate, by: Literal["mean", "lower_bound"]) -> float:
    return estimate.mean_return if by == "mean" else estimate.lower_bound


def _pooled_deviation(entries: Sequence[VariationReturn]) -> float:
    """Deviation of an episode's return, pooled over variations: stands in where a variation has a single episode."""
    known = [(entry.episodes - 1, entry.std_return) for entry in entries if entry.std_return is not None]
    freedom = sum(n for n, _ in known)
    return math.sqrt(sum(n * deviation**2 for n, deviation in known) / freedom) if freedom else 0.0
