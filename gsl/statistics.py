"""Comparing arms over few seeds: mean ± std, interquartile means, bootstrap intervals, probability of improvement.

After Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"; the arithmetic is
scipy's where scipy has it. Scores have the shape (seeds, tasks), or are a tuple with one array of seeds for each task
where tasks have unequally many. Variations that one policy played are no tasks of their own: they rise and fall
together, so whole seeds are drawn. Everything random takes a seed: a figure drawn twice is equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.float64]
Strata = tuple[Scores, ...]
Statistic = Literal["iqm", "mean"]
CONFIDENCE = 0.95
RESAMPLES = 2000
_BATCH = 4_000_000  # numbers drawn at a time


@dataclass(frozen=True)
class Interval:
    """A point estimate between the bounds of its percentile bootstrap interval."""

    estimate: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, eq=False)
class Band:
    """Estimates with the bounds of their intervals, at each of several points; shapes (points,)."""

    estimate: Scores
    low: Scores
    high: Scores
    confidence: float


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


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of all scores: a quarter is cut off at each end."""
    return float(scipy.stats.trim_mean(_finite(scores).ravel(), 0.25))


def bootstrap_interval(
    scores: ArrayLike | Strata,
    statistic: Statistic = "iqm",
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Interval:
    """Stratified bootstrap: seeds are drawn anew, with replacement, within each task on its own.

    `scores` has the shape (seeds, tasks), or (seeds,) for a single task. Raises ValueError with fewer than two seeds.
    """
    strata = _strata(scores)
    found = _bootstrap(strata, _POOLED[statistic], seed, confidence, resamples)
    return Interval(float(found.estimate), float(found.low), float(found.high), confidence)


def probability_of_improvement(
    ours: ArrayLike | Strata,
    theirs: ArrayLike | Strata,
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Interval:
    """P(X > Y), ties counting half, averaged over tasks (Mann-Whitney U), with a stratified bootstrap interval.

    Shapes (seeds of ours, tasks) and (seeds of theirs, tasks).
    """
    left, right = _strata(ours), _strata(theirs)
    if len(left) != len(right):
        raise ValueError(f"both arms need the same tasks: {len(left)} and {len(right)}")

    def shares(*drawn: Scores, axis: int) -> Scores:
        pairs = zip(drawn[: len(left)], drawn[len(left) :], strict=True)
        return np.asarray(np.mean([_win_share(x, y) for x, y in pairs], axis=0))

    found = _bootstrap((*left, *right), shares, seed, confidence, resamples, cells=max(map(len, right)))
    return Interval(float(found.estimate), float(found.low), float(found.high), confidence)


def paired_difference(
    ours: ArrayLike, theirs: ArrayLike, *, seed: int = 0, confidence: float = CONFIDENCE, resamples: int = RESAMPLES
) -> Interval:
    """Mean of ours minus theirs, paired by seed or by variation, shape (pairs,); pairs are resampled together.

    Of a single pair nothing can be drawn: both bounds are the difference itself.
    """
    left, right = _finite(ours).ravel(), _finite(theirs).ravel()
    if left.shape != right.shape:
        raise ValueError(f"pairs need two scores each: {len(left)} and {len(right)} were given")
    differences = left - right
    if len(differences) == 1:
        return Interval(*(float(differences[0]),) * 3, confidence)
    found = _bootstrap((differences,), _POOLED["mean"], seed, confidence, resamples)
    return Interval(float(found.estimate), float(found.low), float(found.high), confidence)


def performance_profile(
    scores: ArrayLike | Strata,
    thresholds: ArrayLike,
    *,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Band:
    """Share of the variations that score more than each threshold, averaged over seeds, then over tasks.

    `scores`: a table (seeds, variations), or a tuple of them, one for each task. Raises ValueError with fewer than two
    seeds of a task.
    """
    tables = scores if isinstance(scores, tuple) else (_finite(scores),)
    levels = np.asarray(thresholds, dtype=np.float64)
    shares = tuple(np.stack([_survival(seed_scores, levels) for seed_scores in _finite(table)]) for table in tables)

    def averaged(*drawn: Scores, axis: int) -> Scores:
        return np.asarray(np.mean([sample.mean(axis=axis) for sample in drawn], axis=0))

    return _bootstrap(shares, averaged, seed, confidence, resamples, axis=0)


def mean_band(values: ArrayLike, *, seed: int = 0, confidence: float = CONFIDENCE, resamples: int = RESAMPLES) -> Band:
    """Mean over seeds at each point, shape (seeds, points); NaN where a seed has nothing.

    The bounds are NaN at points that fewer than two seeds have, the estimate where none has.
    """
    table = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(table)
    bounds = np.full((3, table.shape[1]), np.nan)
    patterns, which = np.unique(known, axis=1, return_inverse=True)  # a bootstrap for each set of seeds that are there
    for number, pattern in enumerate(patterns.T):
        points = np.flatnonzero(which.ravel() == number)
        present = table[pattern][:, points]
        if len(present) == 1:
            bounds[0, points] = present[0]
        elif len(present) > 1:
            band = _bootstrap((present,), _POOLED["mean"], seed, confidence, resamples, axis=0)
            bounds[:, points] = band.estimate, band.low, band.high
    return Band(bounds[0], bounds[1], bounds[2], confidence)


def variation_differences(
    ours: ArrayLike, theirs: ArrayLike, *, confidence: float = CONFIDENCE
) -> VariationDifferences:
    """Ours minus theirs on each variation, paired by seed: shapes (seeds, variations) of both, in the same order.

    Student's t for the intervals and p-values; Benjamini and Hochberg's correction (1995) keeps the expected share of
    false findings below the level at which `adjusted` is read, however many variations there are. Where all seeds
    differ by exactly the same, t knows no deviation: p is that of the exact sign-flip test, 2^(1 - seeds).
    Raises ValueError with fewer than two seeds.
    """
    left, right = _finite(ours), _finite(theirs)
    if left.shape != right.shape or left.ndim != 2:
        raise ValueError(f"both need the same seeds and variations: {left.shape} and {right.shape}")
    if len(left) < 2:
        raise ValueError("an interval needs at least two seeds")
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


def _bootstrap(
    samples: Strata,
    statistic: Callable[..., Scores],
    seed: int,
    confidence: float,
    resamples: int,
    *,
    axis: int = -1,
    cells: int = 1,
) -> Band:
    """Percentile intervals of scipy; `cells` are numbers that the statistic makes of each one drawn."""
    if min(sample.shape[axis] for sample in samples) < 2:
        raise ValueError("an interval needs at least two seeds of every task")
    batch = max(1, _BATCH // (cells * sum(sample.size for sample in samples)))
    found: Any = scipy.stats.bootstrap(
        samples, statistic, n_resamples=resamples, batch=batch, vectorized=True, axis=axis,
        confidence_level=confidence, method="percentile", rng=np.random.default_rng(seed),
    )  # fmt: skip
    estimate = np.asarray(statistic(*samples, axis=axis))
    return Band(
        estimate, np.asarray(found.confidence_interval.low), np.asarray(found.confidence_interval.high), confidence
    )


def _pooled_iqm(*samples: Scores, axis: int) -> Scores:
    return np.asarray(scipy.stats.trim_mean(np.concatenate(samples, axis=axis), 0.25, axis=axis))


def _pooled_mean(*samples: Scores, axis: int) -> Scores:
    return np.asarray(np.concatenate(samples, axis=axis).mean(axis=axis))


_POOLED: dict[Statistic, Callable[..., Scores]] = {"iqm": _pooled_iqm, "mean": _pooled_mean}


def _win_share(left: Scores, right: Scores) -> Scores:
    """Mann-Whitney's U over n * m. Shapes (..., n) and (..., m); scipy's own takes one pair of samples at a time."""
    x, y = left[..., :, None], right[..., None, :]
    return np.asarray(((x > y) + 0.5 * (x == y)).mean(axis=(-2, -1)))


def _survival(scores: Scores, thresholds: Scores) -> Scores:
    """Share of the scores above each threshold; shapes (n,) and (thresholds,)."""
    return np.asarray(scipy.stats.ecdf(scores).sf.evaluate(thresholds), dtype=np.float64)


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
