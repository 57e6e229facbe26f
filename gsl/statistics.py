"""Comparing arms over few seeds: interquartile means and bootstrap intervals.

After Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice". Scores have the shape
(seeds, tasks) where tasks are variations or games; everything random takes a seed: a figure drawn twice is equal.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.float64]
RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """A point estimate between the bounds of its percentile bootstrap interval."""

    estimate: float
    low: float
    high: float
    confidence: float


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of all scores: a quarter is cut off at each end."""
    ordered = np.sort(_finite(scores).ravel())
    cut = len(ordered) // 4
    return float(ordered[cut : len(ordered) - cut].mean())


def mean(scores: ArrayLike) -> float:
    return float(_finite(scores).mean())


def bootstrap_interval(
    scores: ArrayLike,
    statistic: Callable[[Scores], float] = interquartile_mean,
    *,
    seed: int = 0,
    confidence: float = 0.95,
    resamples: int = 2000,
) -> Interval:
    """Stratified bootstrap: seeds are drawn anew, with replacement, within each task on its own.

    `scores` has the shape (seeds, tasks), or (seeds,) for a single task.
    """
    table = _table(scores)
    rng = np.random.default_rng(seed)
    tasks = np.arange(table.shape[1])
    draws = (table[rng.integers(len(table), size=table.shape), tasks] for _ in range(resamples))
    return _percentile(statistic(table), [statistic(draw) for draw in draws], confidence)


def probability_of_improvement(
    ours: ArrayLike, theirs: ArrayLike, *, seed: int = 0, confidence: float = 0.95, resamples: int = 2000
) -> Interval:
    """P(X > Y), ties counting half, averaged over tasks (Mann-Whitney U), with a stratified bootstrap interval.

    Shapes (seeds of ours, tasks) and (seeds of theirs, tasks).
    """
    left, right = _table(ours), _table(theirs)
    if left.shape[1] != right.shape[1]:
        raise ValueError(f"both arms need the same tasks: {left.shape[1]} and {right.shape[1]}")
    rng = np.random.default_rng(seed)
    tasks = np.arange(left.shape[1])
    draws = [
        _win_share(
            left[rng.integers(len(left), size=left.shape), tasks],
            right[rng.integers(len(right), size=right.shape), tasks],
        )
        for _ in range(resamples)
    ]
    return _percentile(_win_share(left, right), draws, confidence)


def paired_difference(
    ours: ArrayLike, theirs: ArrayLike, *, seed: int = 0, confidence: float = 0.95, resamples: int = RESAMPLES
) -> Interval:
    """Mean of ours minus theirs, paired by seed or by variation, shape (pairs,); pairs are resampled together."""
    left, right = _finite(ours).ravel(), _finite(theirs).ravel()
    if left.shape != right.shape:
        raise ValueError(f"pairs need two scores each: {len(left)} and {len(right)} were given")
    differences = left - right
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(differences), size=(resamples, len(differences)))
    return _percentile(float(differences.mean()), differences[drawn].mean(axis=1), confidence)


def _win_share(left: Scores, right: Scores) -> float:
    """Shapes (n, tasks) and (m, tasks)."""
    ahead, level = left[:, None, :] > right[None, :, :], left[:, None, :] == right[None, :, :]
    return float((ahead + 0.5 * level).mean())


def _percentile(estimate: float, draws: ArrayLike, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.asarray(draws, dtype=np.float64), [tail, 1 - tail])
    return Interval(estimate, float(low), float(high), confidence)


def _table(scores: ArrayLike) -> Scores:
    values = _finite(scores)
    return values[:, None] if values.ndim == 1 else values


def _finite(scores: ArrayLike) -> Scores:
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers, at least one; leave out or count what failed before comparing")
    return values
