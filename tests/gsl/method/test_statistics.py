"""Comparing arms: hand-computed values and scipy's own; how often intervals hold the truth is in test_coverage."""

import numpy as np
import pytest
import scipy

from gsl.method.statistics import (
    interquartile_mean,
    iqm_interval,
    mean,
    mean_band,
    mean_interval,
    mean_std,
    paired_difference,
    probability_of_improvement,
)
from gsl.method.variation_statistics import performance_profile, variation_differences


def test_mean_and_std_as_in_the_papers_tables() -> None:
    found = mean_std([24.0, 25.0, 26.0])
    assert (found.mean, found.std, found.count) == (25.0, 1.0, 3)
    assert found.text() == "25.0±1.0"
    assert mean_std([0.5]).text(".0%") == "50%"


def test_interquartile_mean_cuts_a_quarter_at_each_end() -> None:
    assert interquartile_mean([[-100.0, 2.0], [4.0, 100.0]]) == 3.0
    assert interquartile_mean([1.0, 2.0, 6.0]) == 3.0  # a quarter of three seeds is none


def test_paired_difference_is_the_paired_t_interval() -> None:
    theirs = np.array([0.1, 0.5, 0.9, 0.3, 0.7])
    ours = theirs + np.array([0.3, 0.1, 0.2, 0.0, 0.15])
    found = paired_difference(ours, theirs)
    interval = scipy.stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert found.estimate == pytest.approx(0.15)
    assert found.seeds == 5
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_too_few_seeds_or_equal_ones_have_no_interval() -> None:
    single, two = paired_difference([0.75], [0.25]), paired_difference([3.0, 5.0], [1.0, 1.0])
    assert (single.estimate, single.low, single.seeds) == (0.5, None, 1)
    assert (two.estimate, two.low, two.high, two.seeds) == (3.0, None, None, 2)
    equal = paired_difference(np.array([0.1, 0.5, 0.9]) + 0.1, [0.1, 0.5, 0.9])
    assert equal.estimate == pytest.approx(0.1)
    assert equal.low is None
    assert two.text(".1f") == "3.0 (2 seeds, no interval)"
    assert iqm_interval([1.0, 1.0, 1.0, 1.0]).low is None


def test_a_mean_has_students_interval() -> None:
    found = mean_interval([24.0, 25.0, 26.0])
    assert found.text(".2f") == "25.00 [22.52, 27.48], 3 seeds"  # 4.3027 / sqrt(3) beside the mean


def test_an_interquartile_mean_has_the_trimmed_t_interval() -> None:
    """By hand: of eight two are cut at each end; winsorised to 3, 3, 3, 4, 5, 6, 6, 6; t of 3 degrees of freedom."""
    found = iqm_interval([-50.0, 1.0, 3.0, 4.0, 5.0, 6.0, 8.0, 90.0])
    error = np.std([3, 3, 3, 4, 5, 6, 6, 6], ddof=1) / (0.5 * np.sqrt(8))
    assert (found.estimate, found.seeds) == (4.5, 8)
    assert found.high == pytest.approx(4.5 + 3.18245 * error * np.sqrt(7 * 4 / (8 * 3)), rel=1e-5)


def test_interquartile_means_of_tasks_that_differ_are_as_wide_as_their_seeds() -> None:
    found = iqm_interval(np.array([[0.0, 1000.0], [1.0, 1001.0], [2.0, 1002.0], [3.0, 1003.0]]))
    assert found.high is not None
    assert found.high - found.estimate < 10


def test_tasks_may_have_unequally_many_seeds() -> None:
    found = iqm_interval((np.array([0.0, 0.1, 0.2]), np.array([1.0, 1.1, 1.2, 1.3])))
    assert found.estimate == pytest.approx(interquartile_mean([0, 0.1, 0.2, 1, 1.1, 1.2, 1.3]))
    assert found.seeds == 3


def test_probability_of_improvement() -> None:
    better, worse = np.array([[0.9], [0.8], [0.95]]), np.array([[0.1], [0.2]])
    found = probability_of_improvement(better, worse)
    assert (found.estimate, found.low, found.seeds) == (1.0, None, 2)
    assert probability_of_improvement(better, better).estimate == 0.5


def test_an_arm_that_always_won_may_lose_yet() -> None:
    """Newcombe's interval is that of no bootstrap, which draws the same verdict always."""
    found = probability_of_improvement(np.arange(5) + 10.0, np.arange(5.0))
    assert found.high == 1.0
    assert found.low is not None
    low, spread = found.low, 4 * (1 - found.low) / (2 - found.low) + 4 * found.low / (1 + found.low)
    assert 1 - low == pytest.approx(1.959964 * np.sqrt(low * (1 - low) * (1 + spread) / 25))


def test_probability_of_improvement_is_mann_whitneys_u_averaged_over_tasks() -> None:
    rng = np.random.default_rng(2)
    ours, theirs = rng.integers(5, size=(6, 2)).astype(float), rng.integers(5, size=(4, 2)).astype(float)
    u = scipy.stats.mannwhitneyu(ours, theirs, axis=0).statistic
    found = probability_of_improvement(ours, theirs)
    assert found.estimate == pytest.approx(float(np.mean(u / 24)))


def test_a_performance_profile_counts_what_lies_above() -> None:
    scores = np.array([[0.0, 0.5, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5]])
    found = performance_profile(scores, [-1.0, 0.0, 0.25, 0.5, 1.0])
    assert found.estimate.tolist() == [1.0, 0.875, 0.875, 0.25, 0.0]
    assert np.isnan(found.low).all()
    two = performance_profile((scores, np.ones((2, 3))), [0.5])
    assert two.estimate.tolist() == [(0.25 + 1.0) / 2]
    many = performance_profile(np.tile(scores, (3, 1)), [-1.0, 0.5])
    shares = scipy.stats.ttest_1samp([0.5, 0.0] * 3, 0.0).confidence_interval(0.95)
    assert (many.low[0], many.high[0]) == (1.0, 1.0)
    assert (many.low[1], many.high[1]) == (0.0, pytest.approx(shares.high))


def test_a_band_over_seeds_uses_the_seeds_that_are_there() -> None:
    no = float("nan")
    band = mean_band([[1.0, 1.0, 1.0, no], [3.0, 3.0, no, no], [5.0, no, no, no]])
    assert band.estimate[:3].tolist() == [3.0, 2.0, 1.0]
    assert np.isnan(band.estimate[3])
    assert np.isnan(band.low[1:]).all()
    assert band.low[0] == pytest.approx(3.0 - 4.30265 * 2.0 / np.sqrt(3), rel=1e-5)
    assert band.seeds.tolist() == [3, 2, 1, 0]


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
    with pytest.raises(ValueError, match="1 and 2"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="1 and 2"):
        probability_of_improvement([[1.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="3"):
        variation_differences([[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(1, 1\)"):
        variation_differences([[1.0, 2.0]], [[1.0]])
