"""Which variations the specialists get: the lowest of a fresh evaluation.

The evaluation must be fresh, because the lowest training means are partly due to bad luck (regression to the mean).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # scipy.stats would add a second to every start

from gsl.method.outlook import History, Outlook, Score, outlook, possible_gain
from gsl.protocol.reports import VariationReturn

Selection = Literal["mean", "upper_bound", "gain", "lower_bound"]


@dataclass(frozen=True)
class Estimate:
    """The result of a fresh evaluation of one variation; returns are raw."""

    variation: int
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None
    upper_bound: float | None = None
    outlook: Outlook | None = None  # None: its training is unknown


@dataclass(frozen=True)
class Ranking:
    """Measured variations in the order of selection, and those without an estimate."""

    estimates: tuple[Estimate, ...]
    unmeasured: tuple[int, ...]

    def lowest(self, count: int) -> tuple[int, ...]:
        """The first `count`; unmeasured variations come last, because there is no evidence that they are low."""
        return (*(estimate.variation for estimate in self.estimates), *self.unmeasured)[:count]

    def below(self, threshold: float | None, score: Score) -> "Ranking":
        """Without variations whose score is at least the threshold; None keeps all."""
        if threshold is None:
            return self
        left = (e for e in self.estimates if (score(e.mean_return, e.success_rate) or 0.0) < threshold)
        return Ranking(tuple(left), self.unmeasured)


def rank(
    variations: Sequence[int],
    returns: Sequence[VariationReturn],
    by: Selection,
    confidence: float,
    seed: int,
    history: History | None = None,
    score: Score = lambda mean_return, success_rate: None,
) -> Ranking:
    """Order `variations` by the chosen statistic of `returns`; ties and unmeasured variations by `seed`.

    For selection by gain, `history` and the suite's `score` give the expected gain; without a history all outlooks are
    open. Means are not shrunk here: with equally many episodes per variation, as in an evaluation, shrinking does not
    find the truly lowest more often, and less often among few variations (`tests/gsl/method/test_selection.py`).
    """
    measured = {entry.variation: entry for entry in returns if entry.mean_return is not None}
    pooled = _pooled_deviation(list(measured.values()))
    upper = _upper_bounds(list(measured.values()), confidence)
    estimates = [
        replace(
            _estimate(measured[v], confidence, pooled),
            upper_bound=upper[v],
            outlook=outlook(history.get(v, ()), score) if history else None,
        )
        for v in variations
        if v in measured
    ]
    lot = {
        v: float(draw) for v, draw in zip(variations, np.random.default_rng(seed).random(len(variations)), strict=True)
    }
    return Ranking(
        estimates=tuple(
            sorted(
                estimates,
                key=lambda e: (_key(e, by, score), e.mean_return if by == "gain" else 0.0, lot[e.variation]),
            )
        ),
        unmeasured=tuple(sorted((v for v in variations if v not in measured), key=lot.__getitem__)),
    )


def lower_bound(mean: float, deviation: float, episodes: int, confidence: float) -> float:
    """One-sided Student t bound: the true mean is above it with this confidence.

    `deviation` is the sample standard deviation of the episodes' returns. A single episode, which has no degree of
    freedom, counts as two.
    """
    freedom = max(1, episodes - 1)
    return mean - float(stdtrit(freedom, confidence)) * deviation / math.sqrt(episodes)


def shrunk_means(returns: Sequence[VariationReturn]) -> dict[int, float]:
    """Each measured variation's mean, shrunk towards the mean of all according to its uncertainty.

    Empirical Bayes for normal means (Efron and Morris 1975): with v the variance of a variation's mean and t the
    variance between variations, the weight of the overall mean is v / (v + t). The result is unbiased even for
    variations selected because they were lowest. If every variation has a single episode, noise and true differences
    cannot be separated, and all get the overall mean.
    """
    measured = [(entry, entry.mean_return) for entry in returns if entry.mean_return is not None]
    if not measured:
        return {}
    means = np.array([mean for _, mean in measured])
    noise = _variances_of_means([entry for entry, _ in measured])
    if noise is None or len(means) < 2:
        return {entry.variation: float(means.mean()) for entry, _ in measured}
    if not noise.any():
        return {entry.variation: mean for entry, mean in measured}
    total = noise + _variance_between(means, noise)
    middle = float(np.average(means, weights=1 / total))
    shrunk = means + noise / total * (middle - means)
    return {entry.variation: float(mean) for (entry, _), mean in zip(measured, shrunk, strict=True)}


def _variance_between(means: NDArray[np.float64], noise: NDArray[np.float64]) -> float:
    """Variance of the true means, at which the weighted squares equal their expectation (Paule and Mandel 1982)."""

    def excess(between: float) -> float:
        weights = 1 / (noise + between)
        return float((weights * (means - np.average(means, weights=weights)) ** 2).sum()) - (len(means) - 1)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.ptp(means)) ** 2  # at which the excess is negative
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


_BORROWED_FREEDOM = 4
"""Degrees of freedom of the pooled deviation that moderates a variation's own, which few episodes estimate poorly."""


def _variances_of_means(entries: Sequence[VariationReturn]) -> NDArray[np.float64] | None:
    """Variance of each entry's mean; None if no variation has a second episode."""
    if all(entry.std_return is None for entry in entries):
        return None
    pooled, variances = _pooled_deviation(entries) ** 2, []
    for entry in entries:
        own, freedom = (pooled, 0) if entry.std_return is None else (entry.std_return**2, entry.episodes - 1)
        moderated = (_BORROWED_FREEDOM * pooled + freedom * own) / (_BORROWED_FREEDOM + freedom)
        variances.append(moderated / entry.episodes)
    return np.array(variances)


def _estimate(entry: VariationReturn, confidence: float, pooled: float) -> Estimate:
    mean = entry.mean_return
    assert mean is not None  # `rank` passes measured variations only
    deviation = pooled if entry.std_return is None else entry.std_return
    bound = lower_bound(mean, deviation, entry.episodes, confidence)
    return Estimate(entry.variation, entry.episodes, mean, bound, entry.success_rate)


def _upper_bounds(entries: Sequence[VariationReturn], confidence: float) -> dict[int, float]:
    """One-sided t bounds that the true means are below. Each deviation is moderated by the pooled one."""
    noise = _variances_of_means(entries)
    if noise is None:
        return {entry.variation: entry.mean_return or 0.0 for entry in entries}
    return {
        entry.variation: (entry.mean_return or 0.0)
        + float(stdtrit(entry.episodes - 1 + _BORROWED_FREEDOM, confidence)) * math.sqrt(variance)
        for entry, variance in zip(entries, noise, strict=True)
    }


def _key(estimate: Estimate, by: Selection, score: Score) -> float:
    """Variations with the lowest key are selected first."""
    if by == "gain":
        reached = score(estimate.mean_return, estimate.success_rate)
        return -possible_gain(estimate.outlook or "open", reached)
    if by == "upper_bound" and estimate.upper_bound is not None:
        return estimate.upper_bound
    return estimate.lower_bound if by == "lower_bound" else estimate.mean_return


def _pooled_deviation(entries: Sequence[VariationReturn]) -> float:
    """Standard deviation of an episode's return, pooled over variations; used for variations with a single episode."""
    known = [(entry.episodes - 1, entry.std_return) for entry in entries if entry.std_return is not None]
    freedom = sum(n for n, _ in known)
    return math.sqrt(sum(n * deviation**2 for n, deviation in known) / freedom) if freedom else 0.0
