"""Comparing arms over few seeds: mean ± std, interquartile means, probability of improvement, intervals that cover.

What is estimated is after Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice".
Their intervals are percentile bootstraps, which at 3, 5 and 10 seeds hold the truth 77, 84 and 90 times in a hundred
where they claim 95 (of a mean). So each figure has the interval of a distribution that knows how few seeds there are,
from as many seeds (`LEAST_SEEDS`) as `tests/gsl/method/test_coverage.py` allows; below, or where all seeds are equal,
the estimate stands alone. Scores have the shape (seeds, tasks), or are a tuple with one array of seeds for each task
where tasks have unequally many. Variations that one policy played are no tasks of their own: they rise and fall
together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.float64]
Strata = tuple[Scores, ...]
Figure = Literal["mean", "iqm", "improvement", "profile"]
CONFIDENCE = 0.95
LEAST_SEEDS: dict[Figure, int] = {"mean": 3, "iqm": 3, "improvement": 5, "profile": 5}
_CUT = 0.25  # of the scores at each end


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds; None where the seeds are too few or all equal.

    `seeds` are those (or the pairs) of the task that has fewest.
    """

    estimate: float
    low: float | None
    high: float | None
    confidence: float
    seeds: int

    def within(self, lowest: float, highest: float) -> "Interval":
        """Cut to what the figure can be, as a success rate to 0 and 1: Student's t does not know of ends."""
        low, high = (None if side is None else min(max(side, lowest), highest) for side in (self.low, self.high))
        return replace(self, low=low, high=high)

    def text(self, form: str = ".3f", *, seeds: bool = True) -> str:
        """0.843 [0.790, 0.901], 10 seeds; for a table, which may have said the number of seeds."""
        count = f"{self.seeds} seed{'' if self.seeds == 1 else 's'}"
        if self.low is None or self.high is None:
            return f"{self.estimate:{form}} ({count}, no interval)"
        return f"{self.estimate:{form}} [{self.low:{form}}, {self.high:{form}}]" + (f", {count}" if seeds else "")


@dataclass(frozen=True, eq=False)
class Band:
    """Estimates with their intervals at each of several points; shapes (points,), bounds NaN where there are none."""

    estimate: Scores
    low: Scores
    high: Scores
    confidence: float
    seeds: NDArray[np.int64]


@dataclass(frozen=True)
class MeanStd:
    """As in the paper's tables, 24.6±0.7; `std` is the sample's (n - 1), None of a single score."""

    mean: float
    std: float | None
    count: int

    def text(self, form: str = ".1f") -> str:
        return f"{self.mean:{form}}" if self.std is None else f"{self.mean:{form}}±{self.std:{form}}"


@dataclass(frozen=True, eq=False)
class VariationDifferences:
    """Ours minus theirs on each variation, over seeds; arrays of shape (variations,).

    `low` and `high` bound each variation by itself; `adjusted` are p-values after the correction for looking at many.
    """

    estimate: Scores
    low: Scores
    high: Scores
    p_value: Scores
    adjusted: Scores
    confidence: float
    pairs: int


def mean(scores: ArrayLike) -> float:
    return float(_finite(scores).mean())


def mean_std(scores: ArrayLike) -> MeanStd:
    values = _finite(scores).ravel()
    std = float(values.std(ddof=1)) if len(values) > 1 else None
    return MeanStd(float(values.mean()), std, len(values))


def mean_interval(scores: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean of the scores of some seeds, shape (seeds,), with Student's t interval."""
    values = _finite(scores).ravel()
    band = _mean_band(values[:, None], confidence)
    return _interval("mean", float(values.mean()), (float(band.low[0]), float(band.high[0])), confidence, len(values))


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of all scores: a quarter is cut off at each end."""
    return float(scipy.stats.trim_mean(_finite(scores).ravel(), _CUT))


def iqm_interval(scores: ArrayLike | Strata, confidence: float = CONFIDENCE) -> Interval:
    """Interquartile mean over all tasks, with the interval of Tukey and McLaughlin (1963) for trimmed means.

    What is cut off counts as the outermost score that is kept (winsorised), and Student's t has the degrees of freedom
    of those kept. With several tasks variances add up, tasks being fixed and seeds drawn within each, with
    Satterthwaite's degrees of freedom; the interval is then rather too wide, at 3 seeds of 5 tasks by far.
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
    half = float(_half_width(parts, freedom, confidence))
    return _interval("iqm", estimate, (estimate - half, estimate + half), confidence, fewest)


def probability_of_improvement(
    ours: ArrayLike | Strata, theirs: ArrayLike | Strata, confidence: float = CONFIDENCE
) -> Interval:
    """P(X > Y), ties counting half, averaged over tasks: Mann-Whitney's U over n * m.

    Shapes (seeds of ours, tasks) and (seeds of theirs, tasks). The interval is Newcombe's (2006, "Confidence intervals
    for an effect size measure based on the Mann-Whitney statistic", method 5), which stays right where one arm always
    wins; over tasks by Zou and Donner's recovery of variances (2008). It takes the arms for independent: where a seed
    raises both alike it is rather too wide.
    """
    left, right = _strata(ours), _strata(theirs)
    if len(left) != len(right):
        raise ValueError(f"both arms need the same tasks: {len(left)} and {len(right)}")
    found = np.array([_win_share(x, y) for x, y in zip(left, right, strict=True)])
    estimate, fewest = float(found.mean()), min(map(len, (*left, *right)))
    bounds = [_win_bounds(share, len(x), len(y), confidence) for share, x, y in zip(found, left, right, strict=True)]
    below, above = (np.sqrt(((found - side) ** 2).sum()) / len(found) for side in np.array(bounds).T)
    return _interval("improvement", estimate, (estimate - below, estimate + above), confidence, fewest)


def paired_difference(ours: ArrayLike, theirs: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean of ours minus theirs, paired by seed or by variation, shape (pairs,), with Student's t interval."""
    left, right = _finite(ours).ravel(), _finite(theirs).ravel()
    if left.shape != right.shape:
        raise ValueError(f"pairs need two scores each: {len(left)} and {len(right)} were given")
    found = mean_interval(left - right, confidence)
    rounding = 1e-12 * max(np.abs(left).max(), np.abs(right).max())
    equal = float(np.ptp(left - right)) <= rounding
    return Interval(found.estimate, None, None, confidence, found.seeds) if equal else found


def performance_profile(scores: ArrayLike | Strata, thresholds: ArrayLike, confidence: float = CONFIDENCE) -> Band:
    """Share of the variations that score more than each threshold, averaged over seeds, then over tasks.

    `scores`: a table (seeds, variations), or a tuple of them, one for each task. Student's t over seeds (Welch's over
    tasks), within 0 and 1.
    """
    tables = scores if isinstance(scores, tuple) else (_finite(scores),)
    levels = np.asarray(thresholds, dtype=np.float64)
    shares = [np.stack([_survival(seed_scores, levels) for seed_scores in _finite(table)]) for table in tables]
    estimate = np.asarray(np.mean([share.mean(axis=0) for share in shares], axis=0))
    fewest = min(map(len, shares))
    half = np.full(len(levels), np.nan)
    if fewest >= LEAST_SEEDS["profile"]:
        parts = np.stack([share.var(axis=0, ddof=1) / len(share) for share in shares]) / len(shares) ** 2
        half = _half_width(parts, np.array([[len(share) - 1.0] for share in shares]), confidence)
    low, high = np.clip(estimate - half, 0, 1), np.clip(estimate + half, 0, 1)
    return Band(estimate, low, high, confidence, np.full(len(levels), fewest))


def mean_band(values: ArrayLike, confidence: float = CONFIDENCE) -> Band:
    """Mean over seeds at each point with Student's t interval, shape (seeds, points); NaN where a seed has nothing.

    The bounds are NaN at points that too few seeds have, the estimate where none has.
    """
    return _mean_band(np.asarray(values, dtype=np.float64), confidence)


def variation_differences(
    ours: ArrayLike, theirs: ArrayLike, *, confidence: float = CONFIDENCE
) -> VariationDifferences:
    """Ours minus theirs on each variation, paired by seed: shapes (seeds, variations) of both, in the same order.

    Student's t for the intervals and p-values; Benjamini and Hochberg's correction (1995) keeps the expected share of
    false findings below the level at which `adjusted` is read, however many variations there are. Where all seeds
    differ by exactly the same, t knows no deviation: p is that of the exact sign-flip test, 2^(1 - seeds).
    Raises ValueError with fewer seeds than a mean's interval needs.
    """
    left, right = _finite(ours), _finite(theirs)
    if left.shape != right.shape or left.ndim != 2:
        raise ValueError(f"both need the same seeds and variations: {left.shape} and {right.shape}")
    if len(left) < LEAST_SEEDS["mean"]:
        raise ValueError(f"an interval needs at least {LEAST_SEEDS['mean']} seeds")
    differences = left - right
    estimate = differences.mean(axis=0)
    low, high, p_value = estimate.copy(), estimate.copy(), np.full(len(estimate), 2.0 ** (1 - len(left)))
    rounding = 1e-12 * np.maximum(np.abs(left), np.abs(right)).max(axis=0)
    p_value[np.abs(estimate) <= rounding] = 1.0
    spread = np.ptp(differences, axis=0) > rounding
    if spread.any():
        test = scipy.stats.ttest_1samp(differences[:, spread], 0.0)
        interval = test.confidence_interval(confidence)
        low[spread], high[spread], p_value[spread] = interval.low, interval.high, test.pvalue
    adjusted = scipy.stats.false_discovery_control(p_value, method="bh")
    return VariationDifferences(estimate, low, high, p_value, adjusted, confidence, len(left))


def _interval(figure: Figure, estimate: float, bounds: Sequence[float], confidence: float, seeds: int) -> Interval:
    """Without bounds where seeds are too few, or where they are so equal that they show no deviation."""
    low, high = float(bounds[0]), float(bounds[1])
    known = seeds >= LEAST_SEEDS[figure] and high - low > 1e-12 * max(abs(low), abs(high))
    return Interval(estimate, low if known else None, high if known else None, confidence, seeds)


def _mean_band(table: Scores, confidence: float) -> Band:
    known = ~np.isnan(table)
    seeds = known.sum(axis=0)
    estimate = np.where(known, table, 0.0).sum(axis=0) / np.where(seeds, seeds, np.nan)
    squares = (np.where(known, table - estimate, 0.0) ** 2).sum(axis=0)
    enough = np.where(seeds >= LEAST_SEEDS["mean"], seeds, np.nan)
    half = scipy.special.stdtrit(enough - 1, (1 + confidence) / 2) * np.sqrt(squares / (enough - 1) / enough)
    return Band(estimate, estimate - half, estimate + half, confidence, seeds)


def _half_width(parts: Scores, freedom: Scores, confidence: float) -> Scores:
    """Of Student's t interval where variances of parts (first axis) add up, by Welch and Satterthwaite."""
    variance = parts.sum(axis=0)
    total = variance**2 / np.maximum((parts**2 / freedom).sum(axis=0), 1e-300)
    return np.asarray(scipy.special.stdtrit(np.maximum(total, 1.0), (1 + confidence) / 2) * np.sqrt(variance))


def _win_share(left: Scores, right: Scores) -> float:
    x, y = left[:, None], right[None, :]
    return float(((x > y) + 0.5 * (x == y)).mean())


def _win_bounds(share: float, ours: int, theirs: int, confidence: float) -> tuple[float, float]:
    """The two shares that lie just so far from the one found as their own standard errors allow."""
    z, many = float(scipy.special.ndtri((1 + confidence) / 2)), (ours + theirs) / 2 - 1

    def beyond(truth: float) -> float:
        spread = 1 + many * (1 - truth) / (2 - truth) + many * truth / (1 + truth)
        return abs(share - truth) - z * math.sqrt(truth * (1 - truth) * spread / (ours * theirs))

    low = 0.0 if share <= 0 else scipy.optimize.brentq(beyond, 0.0, share - 1e-9)
    high = 1.0 if share >= 1 else scipy.optimize.brentq(beyond, share + 1e-9, 1.0)
    return float(low), float(high)


def _survival(scores: Scores, thresholds: Scores) -> Scores:
    """Share of the scores above each threshold; shapes (n,) and (thresholds,)."""
    return np.asarray(1 - np.searchsorted(np.sort(scores), thresholds, side="right") / len(scores))


def _strata(scores: ArrayLike | Strata) -> Strata:
    """One array of seeds for each task."""
    if isinstance(scores, tuple):
        return tuple(_finite(stratum).ravel() for stratum in scores)
    values = _finite(scores)
    return (values,) if values.ndim == 1 else tuple(values.T)


def _finite(scores: ArrayLike) -> Scores:
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers, at least one; leave out or count what failed before comparing")
    return values
