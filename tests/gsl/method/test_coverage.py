"""Intervals hold the truth as often as they claim, from as few seeds as they are shown for; by simulation.

Drawn are normal scores, skewed ones (gamma of shape 4, skewness 1), and the benchmarks' own: differences between any
two of their arms, each pair of arms brought to mean 0 and deviation 1. 95 % may be 93 to 97 %. What is beyond that is
said here too: of skewed scores 92.5 %, and of the exponential's mean (skewness 2) Student's t holds 88 to 90 %, which
no interval of so few seeds mends.
"""

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats

from gsl.method.statistics import (
    LEAST_SEEDS,
    Interval,
    iqm_interval,
    mean_band,
    paired_difference,
    probability_of_improvement,
)
from gsl.method.variation_statistics import performance_profile

Scores = npt.NDArray[np.float64]
RESULTS = Path(__file__).parents[3] / "benchmarks" / "results"
SEEDS = (3, 5, 10)
LEAST = {"normal": 0.93, "skewed": 0.925, "benchmarks": 0.9}
"""The maze's runs end in clumps (0.3, 0.5, 0.7 of success), and three of one clump know nothing of the others. What the
benchmarks' differences are changes with their results; docs/statistics.md says how often today's are covered."""

FEW = 1000  # intervals one by one; the binomial's own deviation is 0.7 %
MANY = 40_000  # at once


def benchmarks_differences() -> Scores:
    forkmaze: dict[str, dict[int, float]] = {}
    for run in json.loads((RESULTS / "gsl_forkmaze.json").read_text()):
        if run["status"] == "succeeded":
            forkmaze.setdefault(run["arm"], {})[run["seed"]] = fmean(run["final"]["training"].values())
    procgen: dict[tuple[str, str], dict[int, float]] = {}
    for run in json.loads((RESULTS / "ppg_procgen.json").read_text()):
        for kind in ("training", "held_out"):
            procgen.setdefault((kind, run["task"]["arm"]), {})[run["task"]["seed"]] = run[kind]["mean_return"]
    pairs = [(forkmaze[one], forkmaze[other]) for one, other in combinations(sorted(forkmaze), 2)]
    pairs += [(procgen[kind, "ppg"], procgen[kind, "ppo"]) for kind in ("training", "held_out")]
    found = [np.array([one[seed] - other[seed] for seed in one.keys() & other.keys()]) for one, other in pairs]
    return np.concatenate([scipy.stats.zscore(differences) for differences in found if len(differences) >= 5])


OURS = benchmarks_differences()
Draw = Callable[[np.random.Generator, tuple[int, ...]], Scores]
DRAWS: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "skewed": lambda rng, shape: (rng.gamma(4.0, size=shape) - 4) / 2,
    "benchmarks": lambda rng, shape: rng.choice(OURS, shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) - 1,
}


def covered(low: npt.ArrayLike, high: npt.ArrayLike, truth: float) -> float:
    return float(np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high))))


def share_covered(intervals: Sequence[Interval], truth: float) -> float:
    """Of those that are shown: equal seeds have none."""
    shown = [(found.low, found.high) for found in intervals if found.low is not None and found.high is not None]
    assert len(shown) > 0.95 * len(intervals)
    low, high = np.array(shown).T
    return covered(low, high, truth)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("name", ["normal", "skewed", "benchmarks"])
def test_a_mean(name: str, seeds: int) -> None:
    band = mean_band(DRAWS[name](np.random.default_rng(seeds), (seeds, MANY)))
    assert LEAST[name] < covered(band.low, band.high, 0.0) < 0.97


@pytest.mark.parametrize("seeds", SEEDS)
def test_a_very_skewed_mean_is_covered_less_often_as_the_docstring_says(seeds: int) -> None:
    band = mean_band(DRAWS["exponential"](np.random.default_rng(seeds), (seeds, MANY)))
    assert 0.87 < covered(band.low, band.high, 0.0) < 0.91


def test_a_paired_difference_has_the_bounds_of_the_band() -> None:
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal(size=(2, 5))
    found, band = paired_difference(ours, theirs), mean_band((ours - theirs)[:, None])
    assert (found.low, found.high) == pytest.approx((band.low[0], band.high[0]))


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("name", ["normal", "skewed", "benchmarks"])
def test_an_interquartile_mean(name: str, seeds: int) -> None:
    """Seven seeds lose one at each end, so that five keep three: t then has two degrees of freedom."""
    rng = np.random.default_rng(seeds)
    truth = float(scipy.stats.trim_mean(DRAWS[name](rng, (200_000,)), 0.25))
    found = [iqm_interval(scores) for scores in DRAWS[name](rng, (FEW, seeds))]
    assert min(0.92, LEAST[name]) < share_covered(found, truth) < 0.97


@pytest.mark.parametrize(("seeds", "tasks"), [(3, 2), (5, 2), (10, 2), (10, 5)])
def test_an_interquartile_mean_over_tasks_is_rather_too_wide(seeds: int, tasks: int) -> None:
    rng, levels = np.random.default_rng(seeds), np.linspace(0, 2, tasks)
    truth = scipy.stats.trim_mean((rng.normal(size=(60_000, tasks)) + levels).ravel(), 0.25)
    found = [iqm_interval(scores + levels) for scores in rng.normal(size=(FEW, seeds, tasks))]
    assert 0.93 < share_covered(found, truth) < 0.985


@pytest.mark.parametrize("seeds", [5, 10])
@pytest.mark.parametrize("ahead", [0.0, 0.7, 1.5])
def test_a_probability_of_improvement_of_normal_scores(ahead: float, seeds: int) -> None:
    rng, truth = np.random.default_rng(seeds), float(scipy.stats.norm.cdf(ahead / np.sqrt(2)))
    found = [probability_of_improvement(ahead + x, y) for x, y in rng.normal(size=(FEW, 2, seeds))]
    assert 0.93 < share_covered(found, truth) < 0.975


def test_a_probability_of_improvement_of_success_rates_with_ties() -> None:
    rng = np.random.default_rng(0)
    ours, theirs = rng.binomial(20, 0.65, (FEW, 5)) / 20, rng.binomial(20, 0.5, (FEW, 5)) / 20
    many = rng.binomial(20, [[0.65], [0.5]], (2, 200_000))
    truth = float(np.mean((many[0] > many[1]) + 0.5 * (many[0] == many[1])))
    found = [probability_of_improvement(x, y) for x, y in zip(ours, theirs, strict=True)]
    assert 0.93 < share_covered(found, truth) < 0.98


def test_a_probability_of_improvement_of_three_seeds_would_not_be_covered() -> None:
    """Why it is shown from five: equal arms, and three seeds of one above all three of the other once in ten times."""
    assert probability_of_improvement([1.0, 2.0, 3.0], [0.0, 0.1, 0.2]).low is None
    assert LEAST_SEEDS["improvement"] == 5
    rng = np.random.default_rng(0)
    separate = [x.min() > y.max() or y.min() > x.max() for x, y in rng.normal(size=(FEW, 2, 3))]
    assert np.mean(separate) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("seeds", [5, 10])
def test_a_performance_profile(seeds: int) -> None:
    """Variations of one policy rise and fall together: the seed's deviation is .7 of the variations'."""
    rng = np.random.default_rng(seeds)
    policies = 0.7 * rng.normal(size=(FEW, seeds, 1)) + rng.normal(size=(FEW, seeds, 50))
    found = [performance_profile(table, [0.0, 1.0]) for table in policies]
    truth = scipy.stats.norm.sf(np.array([0.0, 1.0]) / np.sqrt(1.49))
    low, high = np.stack([band.low for band in found]), np.stack([band.high for band in found])
    assert 0.93 < covered(low[:, 0], high[:, 0], truth[0]) < 0.97
    assert 0.90 < covered(low[:, 1], high[:, 1], truth[1]) < 0.97
