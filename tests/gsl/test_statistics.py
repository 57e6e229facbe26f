"""Intervals: hand-computed values, scipy's own, coverage, the same numbers for the same seed."""

import numpy as np
import pytest
import scipy

from gsl.statistics import (
    bootstrap_interval,
    interquartile_mean,
    mean,
    mean_band,
    mean_std,
    paired_difference,
    performance_profile,
    probability_of_improvement,
    variation_differences,
)


def test_mean_and_std_as_in_the_papers_tables() -> None:
    found = mean_std([24.0, 25.0, 26.0])
    assert (found.mean, found.std, found.count) == (25.0, 1.0, 3)
    assert found.text() == "25.0±1.0"
    assert mean_std([0.5]).text(".0%") == "50%"


def test_interquartile_mean_cuts_a_quarter_at_each_end() -> None:
    assert interquartile_mean([[-100.0, 2.0], [4.0, 100.0]]) == 3.0
    assert interquartile_mean([1.0, 2.0, 6.0]) == 3.0  # a quarter of three seeds is none


def test_paired_difference_holds_the_pairs_together() -> None:
    theirs = np.array([0.1, 0.5, 0.9, 0.3, 0.7])
    found = paired_difference(theirs + 0.1, theirs, seed=1)
    assert [found.estimate, found.low, found.high] == pytest.approx([0.1, 0.1, 0.1])
    wide = paired_difference([1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], seed=1)
    assert wide.low < 0 < wide.high
    single = paired_difference([0.75], [0.25])
    assert (single.estimate, single.low, single.high) == (0.5, 0.5, 0.5)


def test_of_two_pairs_the_bounds_are_the_differences() -> None:
    """A quarter of all draws takes the same pair twice, more than the 2.5 % at each end."""
    found = paired_difference([3.0, 5.0], [1.0, 1.0])
    assert (found.estimate, found.low, found.high) == (3.0, 2.0, 4.0)


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 7))
    assert bootstrap_interval(scores, seed=3, resamples=200) == bootstrap_interval(scores, seed=3, resamples=200)
    assert bootstrap_interval(scores, seed=3, resamples=200) != bootstrap_interval(scores, seed=4, resamples=200)


def test_a_bootstrap_interval_of_the_mean_is_about_as_wide_as_the_normal_one() -> None:
    scores = np.random.default_rng(0).normal(size=400)
    found = bootstrap_interval(scores, "mean", resamples=2000)
    assert found.high - found.low == pytest.approx(2 * 1.96 / 20, rel=0.15)
    assert found.low < found.estimate < found.high


def test_ninety_percent_intervals_cover_about_nine_times_in_ten() -> None:
    rng = np.random.default_rng(1)
    found = [bootstrap_interval(rng.normal(size=30), "mean", confidence=0.9, resamples=300) for _ in range(200)]
    assert 0.83 < np.mean([interval.low < 0 < interval.high for interval in found]) < 0.95


def test_the_stratified_bootstrap_draws_within_each_task() -> None:
    scores = np.array([[0.0, 1000.0]] * 4)
    found = bootstrap_interval(scores, "mean", resamples=50)
    assert (found.low, found.high) == (500.0, 500.0)


def test_tasks_may_have_unequally_many_seeds() -> None:
    strata = (np.array([0.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0]))
    found = bootstrap_interval(strata, "mean", resamples=50)
    assert [found.estimate, found.low, found.high] == pytest.approx([4 / 6] * 3)


def test_probability_of_improvement() -> None:
    better, worse = np.array([[0.9], [0.8], [0.95]]), np.array([[0.1], [0.2]])
    assert probability_of_improvement(better, worse, resamples=50).estimate == 1.0
    assert probability_of_improvement(better, better, resamples=50).estimate == 0.5


def test_probability_of_improvement_is_mann_whitneys_u_averaged_over_tasks() -> None:
    rng = np.random.default_rng(2)
    ours, theirs = rng.integers(5, size=(6, 2)).astype(float), rng.integers(5, size=(4, 2)).astype(float)
    u = scipy.stats.mannwhitneyu(ours, theirs, axis=0).statistic
    found = probability_of_improvement(ours, theirs, resamples=200)
    assert found.estimate == pytest.approx(float(np.mean(u / 24)))
    assert found.low <= found.estimate <= found.high


def test_a_performance_profile_counts_what_lies_above() -> None:
    scores = np.array([[0.0, 0.5, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5]])
    found = performance_profile(scores, [-1.0, 0.0, 0.25, 0.5, 1.0], resamples=200)
    assert found.estimate.tolist() == [1.0, 0.875, 0.875, 0.25, 0.0]
    assert (found.low[3], found.high[3]) == (0.0, 0.5)
    assert (found.low[0], found.high[0]) == (1.0, 1.0)
    two = performance_profile((scores, np.ones((2, 3))), [0.5], resamples=50)
    assert two.estimate.tolist() == [(0.25 + 1.0) / 2]


def test_a_band_over_seeds_uses_the_seeds_that_are_there() -> None:
    nothing = float("nan")
    band = mean_band([[1.0, 1.0, 1.0, nothing], [3.0, 3.0, nothing, nothing], [5.0, nothing, nothing, nothing]])
    assert band.estimate[:3].tolist() == [3.0, 2.0, 1.0]
    assert np.isnan(band.estimate[3])
    assert np.isnan(band.low[2:]).all()
    assert (band.low[1], band.high[1]) == (1.0, 3.0)


def test_variation_differences_are_paired_t_tests_corrected_for_many() -> None:
    rng = np.random.default_rng(3)
    theirs = rng.normal(size=(5, 40))
    ours = theirs + rng.normal(scale=0.1, size=(5, 40))
    ours[:, :10] += 1.0
    found = variation_differences(ours, theirs)
    test = scipy.stats.ttest_rel(ours, theirs, axis=0)
    assert found.p_value == pytest.approx(test.pvalue)
    assert found.low == pytest.approx(test.confidence_interval(0.95).low)
    assert found.adjusted == pytest.approx(scipy.stats.false_discovery_control(test.pvalue))
    assert (found.adjusted[:10] < 0.05).all()
    assert (found.adjusted >= found.p_value).all()


def test_many_equal_variations_rarely_count_as_different() -> None:
    rng = np.random.default_rng(4)
    found = variation_differences(rng.normal(size=(5, 1000)), rng.normal(size=(5, 1000)))
    assert (found.p_value < 0.05).sum() > 20
    assert (found.adjusted < 0.05).sum() <= 1


def test_seeds_that_differ_by_exactly_the_same_are_judged_by_their_signs() -> None:
    """Success of 1 against 0 on all of four seeds: a coin would do that once in eight times."""
    found = variation_differences(np.tile([1.0, 0.3, 0.5], (4, 1)), np.tile([0.0, 0.2, 0.5], (4, 1)))
    assert found.p_value.tolist() == [0.125, 0.125, 1.0]
    assert found.low == pytest.approx([1.0, 0.1, 0.0])


@pytest.mark.parametrize("scores", [[], [1.0, float("nan")]])
def test_refuses_what_is_no_score(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        mean(scores)


def test_refuses_unequal_pairs_and_tasks_and_single_seeds() -> None:
    with pytest.raises(ValueError, match="two scores"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="same tasks"):
        probability_of_improvement([[1.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="two seeds"):
        bootstrap_interval([1.0])
    with pytest.raises(ValueError, match="two seeds"):
        variation_differences([[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="same seeds"):
        variation_differences([[1.0, 2.0]], [[1.0]])
