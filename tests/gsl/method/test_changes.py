"""What changed by variation: hand-computed tests, false alarms over repetitions, the issue's numbers."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats

from gsl.method.changes import FORGOTTEN, GAINED, UNCHANGED, Measurement, changes_of_returns, changes_of_success
from gsl.method.statistics import paired_difference

Floats = npt.NDArray[np.float64]
Play = Callable[[], Floats]  # episodes anew, shape (variations, episodes)


def measured(episodes: Floats) -> Measurement:
    count = episodes.shape[1]
    deviation = episodes.std(axis=1, ddof=1) if count > 1 else np.full(len(episodes), np.nan)
    return Measurement(np.full(len(episodes), float(count)), episodes.mean(axis=1), deviation)


def test_an_unchanged_policy_gains_nothing_on_the_lowest_levels() -> None:
    """1024 levels x 3 episodes, the 300 lowest chosen: before and after are fresh. The old way they gained +3.45.

    A thousand repetitions, of which fifty say little: their own deviation is 3 %.
    """
    rng = np.random.default_rng(0)
    means, told, old = rng.normal(15, 4, 1024), [], []
    for _ in range(1000):
        gate, before, after = ((means[:, None] + rng.normal(0, 7.1, (1024, 3))).mean(axis=1) for _ in range(3))
        lowest = np.argsort(gate)[:300]
        gain = paired_difference(after[lowest], before[lowest])
        told.append(gain.low is not None and gain.high is not None and gain.low < 0 < gain.high)
        old.append(np.mean(after[lowest] - gate[lowest]))
    assert 0.93 < np.mean(told) < 0.97
    assert np.mean(old) == pytest.approx(3.45, abs=0.2)


def test_an_unchanged_policy_shows_next_to_no_level_gained_or_forgotten() -> None:
    rng, shares = np.random.default_rng(0), []
    means = rng.normal(15, 4, 1024)
    for _ in range(50):
        gate, before, after = (measured(means[:, None] + rng.normal(0, 7.1, (1024, 3))) for _ in range(3))
        lowest = np.argsort(gate.mean)[:300]
        shares.append(np.mean(changes_of_returns(before.of(lowest), after.of(lowest)).verdicts != UNCHANGED))
    assert np.mean(shares) < 0.005


def worlds(rng: np.random.Generator, count: int, episodes: int) -> dict[str, Play]:
    means, shares = rng.gamma(2, 7, (count, 1)), rng.beta(0.4, 0.4, (count, 1))
    deviations, shape = 8 * np.exp(rng.normal(0, 1, (count, 1))), (count, episodes)
    return {
        "normal": lambda: means + rng.normal(0, 10, shape),
        "unequal deviations": lambda: means + deviations * rng.normal(size=shape),
        "exponential": lambda: rng.exponential(means, shape),
        "all or nothing": lambda: 10.0 * (rng.random(shape) < shares),
        "mostly equal": lambda: np.where(rng.random(shape) < 0.05, 30.0, means.round()),
    }


@pytest.mark.parametrize(("count", "episodes"), [(300, 3), (24, 3), (24, 10), (10, 20)])
def test_returns_of_any_kind_raise_few_false_alarms(count: int, episodes: int) -> None:
    rng, alarms = np.random.default_rng(count + episodes), dict[str, list[float]]()
    for _ in range(50):
        for name, play in worlds(rng, count, episodes).items():
            verdicts = changes_of_returns(measured(play()), measured(play())).verdicts
            alarms.setdefault(name, []).append(float(np.mean(verdicts != UNCHANGED)))
    assert max(np.mean(found) for found in alarms.values()) < 0.02


@pytest.mark.parametrize(("count", "episodes"), [(300, 3), (24, 3), (10, 10), (10, 20)])
def test_success_raises_few_false_alarms(count: int, episodes: int) -> None:
    rng, alarms = np.random.default_rng(count), []
    for _ in range(50):
        shares = rng.beta(0.4, 0.4, (count, 1))
        before, after = (measured((rng.random((count, episodes)) < shares).astype(float)) for _ in range(2))
        alarms.append(np.mean(changes_of_success(before, after).verdicts != UNCHANGED))
    assert np.mean(alarms) < 0.02


def test_intervals_of_a_variation_cover() -> None:
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(20):
        for name, play in worlds(rng, 200, 5).items():
            found = changes_of_returns(measured(play()), measured(play()))
            if name in ("normal", "unequal deviations", "exponential"):
                covered.append(np.mean((found.low <= 0) & (found.high >= 0)))
    assert 0.93 < np.mean(covered) < 0.97


def test_true_changes_are_found_with_three_episodes() -> None:
    """A gain of four deviations; one variation's own three episodes could not tell it: t of four degrees of freedom."""
    rng = np.random.default_rng(2)
    before, after = rng.normal(10, 5, (100, 3)), rng.normal(10, 5, (100, 3))
    after[:30] += 20
    after[30:40] -= 20
    verdicts = changes_of_returns(measured(before), measured(after)).verdicts
    assert np.mean(verdicts[:30] == GAINED) > 0.7
    assert np.mean(verdicts[30:40] == FORGOTTEN) > 0.7
    assert np.mean(verdicts[40:] == UNCHANGED) > 0.95


def test_few_variations_rely_on_their_own_deviation() -> None:
    """Two variations say nothing of how deviations differ: it is Student's t with equal variances."""
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=(2, 5)), rng.normal(size=(2, 5)) + 1
    found = changes_of_returns(measured(before), measured(after))
    test = scipy.stats.ttest_ind(after, before, axis=1)
    interval = test.confidence_interval(0.95)
    assert found.p_value == pytest.approx(test.pvalue)
    assert found.low == pytest.approx(interval.low)
    assert found.adjusted == pytest.approx(scipy.stats.false_discovery_control(test.pvalue))


def test_returns_that_never_deviate_are_judged_by_permutation() -> None:
    before = np.array([[0.0] * 3, [0.0] * 3, [1.0] * 3])
    found = changes_of_returns(measured(before), measured(before + np.array([[1.0], [0.0], [0.0]])))
    assert found.p_value.tolist() == [0.05, 1.0, 1.0]  # half of 2 in 20 ways to deal six episodes
    assert (found.verdicts == UNCHANGED).all()


def test_a_single_episode_tells_nothing_by_itself() -> None:
    found = changes_of_returns(measured(np.array([[0.0], [1.0]])), measured(np.array([[5.0], [1.0]])))
    assert found.verdicts.tolist() == [UNCHANGED, UNCHANGED]
    assert np.isnan(found.low).all()


def test_what_was_not_measured_stays_unknown() -> None:
    before, after = measured(np.full((3, 4), 1.0)), measured(np.array([[1.0, 0, 0, 1]] * 3))
    before.mean[1] = np.nan
    for found in (changes_of_returns(before, after), changes_of_success(before, after)):
        assert np.isnan([found.difference[1], found.low[1], found.adjusted[1]]).all()
        assert found.verdicts[1] == UNCHANGED
        assert not np.isnan(found.difference[[0, 2]]).any()


def test_success_is_fishers_mid_p_with_newcombes_interval() -> None:
    """Newcombe 1998, example (a): 56 of 70 against 48 of 80 differ by 0.0524 to 0.3339."""
    before, after = (
        Measurement(np.array([n]), np.array([x / n]), np.array([np.nan])) for x, n in ((48, 80.0), (56, 70.0))
    )
    found = changes_of_success(before, after)
    assert (found.low[0], found.high[0]) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    exact = scipy.stats.fisher_exact(np.array([[56, 14], [48, 32]])).pvalue
    mine = scipy.stats.hypergeom.pmf(56, 150, 104, 70)
    assert found.p_value[0] == pytest.approx(exact - mine / 2)
