"""Comparing arms over few seeds: mean ± std, interquartile means and probability of improvement, with intervals.

The estimates are those of Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
Their intervals are percentile bootstraps, which at 3, 5 and 10 seeds cover the true mean in 77, 84 and 90 % of cases
instead of the nominal 95 %. Each statistic here has an interval that accounts for the number of seeds, from as many
seeds (`LEAST_SEEDS`) as `tests/gsl/method/test_coverage.py` requires; with fewer, or if all seeds are equal, there is
only the estimate. Scores have shape (seeds, tasks), or are a tuple with one array of seeds per task if tasks have
different numbers of seeds. Variations played by one policy are not separate tasks, because their scores are correlated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy  # loads `scipy.stats`, half a second, when it is first used
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.float64]
Strata = tuple[Scores, ...]
Statistic = Literal["mean", "iqm", "improvement", "profile"]
CONFIDENCE = 0.95
LEAST_SEEDS: dict[Statistic, int] = {"mean": 3, "iqm": 3, "improvement": 5, "profile": 5}
_CUT = 0.25  # of the scores at each end


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds, which are None if there are too few seeds or all are equal.

    `seeds` is the number of seeds (or pairs) of the task that has the fewest.
    """

    estimate: float
    low: float | None
    high: float | None
    confidence: float
    seeds: int

    def within(self, lowest: float, highest: float) -> "Interval":
        """Clipped to possible values, for example 0 and 1 for a success rate: Student's t has no bounds."""
        low, high = (None if side is None else min(max(side, lowest), highest) for side in (self.low, self.high))
        return replace(self, low=low, high=high)

    def text(self, form: str = ".3f", *, seeds: bool = True) -> str:
        """As `0.843 [0.790, 0.901], 10 seeds`; a table that shows the number of seeds elsewhere leaves it out."""
        count = f"{self.seeds} seed{'' if self.seeds == 1 else 's'}"
        if self.low is None or self.high is None:
            return f"{self.estimate:{form}} ({count}, no interval)"
        return f"{self.estimate:{form}} [{self.low:{form}}, {self.high:{form}}]" + (f", {count}" if seeds else "")


@dataclass(frozen=True, eq=False)
class Band:
    """Estimates and intervals at several points; shapes (points,), bounds NaN where there are too few seeds."""

    estimate: Scores
    low: Scores
    high: Scores
    confidence: float
    seeds: NDArray[np.int64]


@dataclass(frozen=True)
class MeanStd:
    """As in the paper's tables, 24.6±0.7; `std` is the sample's (n - 1), None for a single score."""

    mean: float
    std: float | None
    count: int

    def text(self, form: str = ".1f") -> str:
        return f"{self.mean:{form}}" if self.std is None else f"{self.mean:{form}}±{self.std:{form}}"


def mean(scores: ArrayLike) -> float:
    return float(finite(scores).mean())


def mean_std(scores: ArrayLike) -> MeanStd:
    values = finite(scores).ravel()
    std = float(values.std(ddof=1)) if len(values) > 1 else None
    return MeanStd(float(values.mean()), std, len(values))


def mean_interval(scores: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean over seeds, shape (seeds,), with Student's t interval."""
    values = finite(scores).ravel()
    band = _mean_band(values[:, None], confidence)
    return _interval("mean", float(values.mean()), (float(band.low[0]), float(band.high[0])), confidence, len(values))


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of all scores: a quarter is trimmed at each end."""
    return float(scipy.stats.trim_mean(finite(scores).ravel(), _CUT))


def iqm_interval(scores: ArrayLike | Strata, confidence: float = CONFIDENCE) -> Interval:
    """Interquartile mean over all tasks, with the interval of Tukey and McLaughlin (1963) for trimmed means.

    Trimmed scores are replaced by the outermost ones kept (winsorised), and Student's t has the degrees of freedom of
    those kept. With several tasks, which are fixed, the variances of their seeds add up with Satterthwaite's degrees of
    freedom; the interval is then conservative, at 3 seeds of 5 tasks by far.
    """
    strata = _strata(scores)
    ordered = np.sort(np.concatenate(strata))
    total, cut = len(ordered), int(_CUT * len(ordered))
    kept, fewest = total - 2 * cut, min(map(len, strata))
    estimate = interquartile_mean(ordered)
    if fewest < LEAST_SEEDS["iqm"]:
        return Interval(estimate, None, None, confidence, fewest)
    clipped = [np.clip(stratum, ordered[cut], ordered[total - cut - 1]) for stratum in strata]
    counts = np.array([len(stratum) for stratum in strata], dtype=np.float64)
    freedom = counts * kept / total - 1
    parts = np.array([stratum.var(ddof=1) for stratum in clipped]) * (counts - 1) / kept**2 * (1 + 1 / freedom)
    half = float(half_width(parts, freedom, confidence))
    return _interval("iqm", estimate, (estimate - half, estimate + half), confidence, fewest)


def probability_of_improvement(
    ours: ArrayLike | Strata, theirs: ArrayLike | Strata, confidence: float = CONFIDENCE
) -> Interval:
    """P(X > Y), ties counting half, averaged over tasks: Mann-Whitney's U over n * m.

    Shapes (seeds of ours, tasks) and (seeds of theirs, tasks). The interval is Newcombe's (2006, "Confidence intervals
    for an effect size measure based on the Mann-Whitney statistic", method 5), which is valid even if one arm always
    wins; over tasks by Zou and Donner's recovery of variances (2008). It assumes independent arms, so it is
    conservative if a seed affects both arms alike.
    """
    left, right = _strata(ours), _strata(theirs)
    if len(left) != len(right):
        raise ValueError(f"both arms must have the same tasks, not {len(left)} and {len(right)}")
    found = np.array([_win_share(x, y) for x, y in zip(left, right, strict=True)])
    estimate, fewest = float(found.mean()), min(map(len, (*left, *right)))
    bounds = [_win_bounds(share, len(x), len(y), confidence) for share, x, y in zip(found, left, right, strict=True)]
    below, above = (np.sqrt(((found - side) ** 2).sum()) / len(found) for side in np.array(bounds).T)
    return _interval("improvement", estimate, (estimate - below, estimate + above), confidence, fewest)


def paired_difference(ours: ArrayLike, theirs: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean of ours minus theirs, paired by seed or by variation, shape (pairs,), with Student's t interval."""
    left, right = finite(ours).ravel(), finite(theirs).ravel()
    if left.shape != right.shape:
        raise ValueError(f"both arms must have the same number of scores, not {len(left)} and {len(right)}")
    found = mean_interval(left - right, confidence)
    rounding = 1e-12 * max(np.abs(left).max(), np.abs(right).max())
    equal = float(np.ptp(left - right)) <= rounding
    return Interval(found.estimate, None, None, confidence, found.seeds) if equal else found


def mean_band(values: ArrayLike, confidence: float = CONFIDENCE) -> Band:
    """Mean over seeds at each point with Student's t interval, shape (seeds, points); NaN where a seed has no value.

    The bounds are NaN at points with too few seeds, the estimate at points with none.
    """
    return _mean_band(np.asarray(values, dtype=np.float64), confidence)


def _interval(
    statistic: Statistic, estimate: float, bounds: Sequence[float], confidence: float, seeds: int
) -> Interval:
    """Without bounds if there are too few seeds, or if they do not differ beyond rounding."""
    low, high = float(bounds[0]), float(bounds[1])
    known = seeds >= LEAST_SEEDS[statistic] and high - low > 1e-12 * max(abs(low), abs(high))
    return Interval(estimate, low if known else None, high if known else None, confidence, seeds)


def _mean_band(table: Scores, confidence: float) -> Band:
    known = ~np.isnan(table)
    seeds = known.sum(axis=0)
    estimate = np.where(known, table, 0.0).sum(axis=0) / np.where(seeds, seeds, np.nan)
    squares = (np.where(known, table - estimate, 0.0) ** 2).sum(axis=0)
    enough = np.where(seeds >= LEAST_SEEDS["mean"], seeds, np.nan)
    half = scipy.special.stdtrit(enough - 1, (1 + confidence) / 2) * np.sqrt(squares / (enough - 1) / enough)
    return Band(estimate, estimate - half, estimate + half, confidence, seeds)


def half_width(parts: Scores, freedom: Scores, confidence: float) -> Scores:
    """Half the width of Student's t interval if variances of parts (first axis) add up, by Welch and Satterthwaite."""
    variance = parts.sum(axis=0)
    total = variance**2 / np.maximum((parts**2 / freedom).sum(axis=0), 1e-300)
    return np.asarray(scipy.special.stdtrit(np.maximum(total, 1.0), (1 + confidence) / 2) * np.sqrt(variance))


def _win_share(left: Scores, right: Scores) -> float:
    x, y = left[:, None], right[None, :]
    return float(((x > y) + 0.5 * (x == y)).mean())


def _win_bounds(share: float, ours: int, theirs: int, confidence: float) -> tuple[float, float]:
    """The two shares whose distance from the observed one is just within their own standard error."""
    z, many = float(scipy.special.ndtri((1 + confidence) / 2)), (ours + theirs) / 2 - 1

    def beyond(truth: float) -> float:
        spread = 1 + many * (1 - truth) / (2 - truth) + many * truth / (1 + truth)
        return abs(share - truth) - z * math.sqrt(truth * (1 - truth) * spread / (ours * theirs))

    low = 0.0 if share <= 0 else scipy.optimize.brentq(beyond, 0.0, share - 1e-9)
    high = 1.0 if share >= 1 else scipy.optimize.brentq(beyond, share + 1e-9, 1.0)
    return float(low), float(high)


def _strata(scores: ArrayLike | Strata) -> Strata:
    """One array of seeds per task."""
    if isinstance(scores, tuple):
        return tuple(finite(stratum).ravel() for stratum in scores)
    values = finite(scores)
    return (values,) if values.ndim == 1 else tuple(values.T)


def finite(scores: ArrayLike) -> Scores:
    """As an array. Raises ValueError if it is empty or has a value that is not finite."""
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("scores must be finite and at least one; exclude failed runs before comparing")
    return values
