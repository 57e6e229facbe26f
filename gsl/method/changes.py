"""What changed on each variation between two fresh measurements: differences, intervals, and which are significant.

With few episodes on either side, a variation's own standard deviation is a poor estimate. It is moderated by that of
all variations as in `limma` (Smyth 2004, "Linear models and empirical Bayes methods"): the variances are modelled as
draws from a scaled inverse chi-square, whose degrees of freedom are estimated from their spread. Success is a count:
Fisher's exact test with mid-p, and Newcombe's interval for a difference of proportions (1998, method 10). Benjamini and
Hochberg's correction (1995) keeps the expected share of false discoveries below the level for any number of variations.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, binom, digamma, ndtri, polygamma, stdtr, stdtrit

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
GAINED, FORGOTTEN, UNCHANGED = 0, 1, 2
_LEAST_VARIANCE = 0.01  # share of the pooled variance, for variations whose few episodes are equal
_FEWEST = 3  # variations needed to estimate how variances differ


@dataclass(frozen=True, eq=False)
class Measurement:
    """Fresh episodes of one policy, by variation; shapes (variations,).

    `deviation` is the sample standard deviation, NaN for a single episode; `mean` is NaN for no episode.
    """

    episodes: Floats
    mean: Floats
    deviation: Floats

    def of(self, places: NDArray[np.int64]) -> "Measurement":
        """The variations at these indices."""
        return Measurement(self.episodes[places], self.mean[places], self.deviation[places])


@dataclass(frozen=True, eq=False)
class Changes:
    """After minus before, by variation; bounds and p are NaN if there are too few episodes for a test."""

    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats
    adjusted: Floats
    confidence: float

    @property
    def verdicts(self) -> NDArray[np.int64]:
        """`GAINED` or `FORGOTTEN` if the change is significant, otherwise `UNCHANGED`."""
        significant = self.adjusted <= 1 - self.confidence + 1e-12  # NaN compares as False
        moved = np.where(self.difference > 0, GAINED, FORGOTTEN)
        return np.where(significant & (self.difference != 0), moved, UNCHANGED)


def changes_of_returns(before: Measurement, after: Measurement, confidence: float = CONFIDENCE) -> Changes:
    """By moderated t tests. If no variation has any variance, p is that of the exact permutation test, mid-p."""
    difference = after.mean - before.mean
    freedom = np.maximum(before.episodes - 1, 0) + np.maximum(after.episodes - 1, 0)
    squares = _squares(before) + _squares(after)
    tested = ~np.isnan(difference) & (freedom > 0)
    lent, prior = _prior(squares[tested] / freedom[tested], freedom[tested])
    with np.errstate(divide="ignore", invalid="ignore"):
        moderated = np.full(len(freedom), prior) if np.isinf(lent) else (squares + lent * prior) / (freedom + lent)
        error = np.sqrt(moderated * (1 / before.episodes + 1 / after.episodes))
        p_value = 2 * stdtr(freedom + lent, -np.abs(difference) / error)
        half = stdtrit(freedom + lent, (1 + confidence) / 2) * error
    exact = np.where(difference == 0, 1.0, 1 / binom(before.episodes + after.episodes, after.episodes))
    p_value = np.where((error == 0) & ~np.isnan(difference), exact, p_value)
    return _corrected(difference, difference - half, difference + half, p_value, confidence)


def changes_of_success(before: Measurement, after: Measurement, confidence: float = CONFIDENCE) -> Changes:
    """`mean` is the share of successful episodes on either side; `deviation` is ignored."""
    first, second = np.nan_to_num(before.mean), np.nan_to_num(after.mean)
    known = ~np.isnan(before.mean) & ~np.isnan(after.mean)
    difference = np.where(known, second - first, np.nan)
    first_low, first_high = _wilson(first, before.episodes, confidence)
    second_low, second_high = _wilson(second, after.episodes, confidence)
    low = difference - np.sqrt((second - second_low) ** 2 + (first_high - first) ** 2)
    high = difference + np.sqrt((second_high - second) ** 2 + (first - first_low) ** 2)
    p_value = np.array(
        [
            _fisher(round(a * n), round(b * m), int(n), int(m)) if ok else np.nan
            for a, n, b, m, ok in zip(first, before.episodes, second, after.episodes, known, strict=True)
        ]
    )
    return _corrected(difference, low, high, p_value, confidence)


def _squares(side: Measurement) -> Floats:
    """Sum of squared deviations of the episodes from their mean."""
    return np.asarray(np.maximum(side.episodes - 1, 0) * np.nan_to_num(side.deviation) ** 2)


def _corrected(difference: Floats, low: Floats, high: Floats, p_value: Floats, confidence: float) -> Changes:
    adjusted = np.full(len(p_value), np.nan)
    tested = np.flatnonzero(~np.isnan(p_value))
    order = tested[np.argsort(p_value[tested])]
    ranked = p_value[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return Changes(difference, low, high, p_value, adjusted, confidence)


def _prior(variance: Floats, freedom: Floats) -> tuple[float, float]:
    """Degrees of freedom and variance of the prior from all variations; 0 degrees if there are too few variations."""
    if len(variance) < _FEWEST:
        return 0.0, 0.0
    pooled = float(np.average(variance, weights=freedom))
    if pooled == 0:
        return np.inf, 0.0
    logs = np.log(np.maximum(variance, _LEAST_VARIANCE * pooled))
    centred = logs - digamma(freedom / 2) + np.log(freedom / 2)
    spread = float(np.var(centred, ddof=1) - polygamma(1, freedom / 2).mean())
    if spread <= 0:
        return np.inf, pooled
    lent = 2 * _inverse_trigamma(spread)
    return lent, float(np.exp(centred.mean() + digamma(lent / 2) - np.log(lent / 2)))


def _inverse_trigamma(value: float) -> float:
    """By Newton's method on 1 / trigamma, which is convex and almost linear (Smyth 2004, appendix)."""
    y = 0.5 + 1 / value
    for _ in range(50):
        trigamma = float(polygamma(1, y))
        step = trigamma * (1 - trigamma / value) / float(polygamma(2, y))
        y += step
        if abs(step) < 1e-8 * y:
            break
    return y


def _wilson(share: Floats, episodes: Floats, confidence: float) -> tuple[Floats, Floats]:
    z = float(ndtri((1 + confidence) / 2))
    n = np.maximum(episodes, 1)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


@lru_cache(maxsize=100_000)
def _fisher(first: int, second: int, n: int, m: int) -> float:
    """Two-sided mid-p: tables less likely than the observed one, and half of those equally likely."""
    total = first + second
    k = np.arange(max(0, total - m), min(n, total) + 1)
    logs = -(np.log(n + 1) + betaln(n - k + 1, k + 1)) - (np.log(m + 1) + betaln(m - total + k + 1, total - k + 1))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    mine = weights[first - k[0]]
    same = np.isclose(weights, mine, rtol=1e-7, atol=0)
    return float(weights[(weights < mine) & ~same].sum() + 0.5 * weights[same].sum())
