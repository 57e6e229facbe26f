"""Comparing arms variation by variation over few seeds: performance profiles and differences, with intervals.

Their estimates and intervals follow the same rules as those in `gsl/method/statistics.py`.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # loads `scipy.stats`, half a second, when it is first used
from numpy.typing import ArrayLike

from gsl.method.statistics import CONFIDENCE, LEAST_SEEDS, Band, Scores, Strata, finite, half_width


@dataclass(frozen=True, eq=False)
class VariationDifferences:
    """Ours minus theirs on each variation, over seeds; arrays of shape (variations,).

    `low` and `high` bound each variation separately; `adjusted` are p-values corrected for multiple comparisons.
    """

    estimate: Scores
    low: Scores
    high: Scores
    p_value: Scores
    adjusted: Scores
    confidence: float
    pairs: int


def performance_profile(scores: ArrayLike | Strata, thresholds: ArrayLike, confidence: float = CONFIDENCE) -> Band:
    """Share of the variations that score above each threshold, averaged over seeds, then over tasks.

    `scores`: a table (seeds, variations), or a tuple with one table per task. Student's t over seeds (Welch's over
    tasks), clipped to 0 and 1.
    """
    tables = scores if isinstance(scores, tuple) else (finite(scores),)
    levels = np.asarray(thresholds, dtype=np.float64)
    shares = [np.stack([_survival(seed_scores, levels) for seed_scores in finite(table)]) for table in tables]
    estimate = np.asarray(np.mean([share.mean(axis=0) for share in shares], axis=0))
    fewest = min(map(len, shares))
    half = np.full(len(levels), np.nan)
    if fewest >= LEAST_SEEDS["profile"]:
        parts = np.stack([share.var(axis=0, ddof=1) / len(share) for share in shares]) / len(shares) ** 2
        half = half_width(parts, np.array([[len(share) - 1.0] for share in shares]), confidence)
    low, high = np.clip(estimate - half, 0, 1), np.clip(estimate + half, 0, 1)
    return Band(estimate, low, high, confidence, np.full(len(levels), fewest))


def variation_differences(
    ours: ArrayLike, theirs: ArrayLike, *, confidence: float = CONFIDENCE
) -> VariationDifferences:
    """Ours minus theirs on each variation, paired by seed: shapes (seeds, variations) of both, in the same order.

    Student's t gives intervals and p-values; Benjamini and Hochberg's correction (1995) keeps the expected share of
    false discoveries below the level applied to `adjusted`, for any number of variations. If all seeds have exactly
    the same difference, t is undefined and p is that of the exact sign-flip test, 2^(1 - seeds).
    Raises ValueError if there are fewer seeds than a mean's interval needs.
    """
    left, right = finite(ours), finite(theirs)
    if left.shape != right.shape or left.ndim != 2:
        raise ValueError(f"both must have the same seeds and variations, not {left.shape} and {right.shape}")
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


def _survival(scores: Scores, thresholds: Scores) -> Scores:
    """Share of the scores above each threshold; shapes (n,) and (thresholds,)."""
    return np.asarray(1 - np.searchsorted(np.sort(scores), thresholds, side="right") / len(scores))
