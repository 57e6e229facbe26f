"""Intervals: known values, coverage of the obvious, the same numbers for the same seed."""

import numpy as np
import pytest

from gsl.statistics import (
    bootstrap_interval,
    interquartile_mean,
    mean,
    paired_difference,
    probability_of_improvement,
)


def test_interquartile_mean_cuts_a_quarter_at_each_end() -> None:
    assert interquartile_mean([[-100.0, 2.0], [4.0, 100.0]]) == 3.0


def test_paired_difference_holds_the_pairs_together() -> None:
    theirs = np.array([0.1, 0.5, 0.9, 0.3, 0.7])
    found = paired_difference(theirs + 0.1, theirs, seed=1)
    assert [found.estimate, found.low, found.high] == pytest.approx([0.1, 0.1, 0.1])
    wide = paired_difference([1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], seed=1)
    assert wide.low < 0 < wide.high


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 7))
    assert bootstrap_interval(scores, seed=3, resamples=200) == bootstrap_interval(scores, seed=3, resamples=200)
    assert bootstrap_interval(scores, seed=3, resamples=200) != bootstrap_interval(scores, seed=4, resamples=200)


def test_a_bootstrap_interval_of_the_mean_is_about_as_wide_as_the_normal_one() -> None:
    scores = np.random.default_rng(0).normal(size=400)
    found = bootstrap_interval(scores, mean, resamples=2000)
    assert found.high - found.low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert found.low < found.estimate < found.high


def test_the_stratified_bootstrap_draws_within_each_task() -> None:
    scores = np.array([[0.0, 1000.0]] * 4)
    found = bootstrap_interval(scores, mean, resamples=50)
    assert (found.low, found.high) == (500.0, 500.0)


def test_probability_of_improvement() -> None:
    better, worse = np.array([[0.9], [0.8], [0.95]]), np.array([[0.1], [0.2]])
    assert probability_of_improvement(better, worse, resamples=50).estimate == 1.0
    assert probability_of_improvement(better, better, resamples=50).estimate == 0.5


@pytest.mark.parametrize("scores", [[], [1.0, float("nan")]])
def test_refuses_what_is_no_score(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        mean(scores)


def test_refuses_unequal_pairs_and_tasks() -> None:
    with pytest.raises(ValueError, match="two scores"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="same tasks"):
        probability_of_improvement([[1.0]], [[1.0, 2.0]])
