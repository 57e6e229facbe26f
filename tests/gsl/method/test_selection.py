"""The lowest variations, and their split among specialists."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsl.method.outlook import Stretch
from gsl.method.partition import split
from gsl.method.selection import lower_bound, rank, shrunk_means
from gsl.protocol.reports import VariationReturn


def entry(
    variation: int, mean: float | None, std: float | None = 0.0, episodes: int = 4, success_rate: float | None = None
) -> VariationReturn:
    return VariationReturn(
        variation=variation, episodes=episodes, mean_return=mean, std_return=std, success_rate=success_rate,
        mean_length=1.0,
    )  # fmt: skip


def test_lowest_by_mean() -> None:
    ranking = rank((1, 2, 3), [entry(1, 0.9), entry(2, 0.1), entry(3, 0.5)], "mean", 0.9, seed=0)
    assert ranking.lowest(2) == (2, 3)


def test_surely_low_is_what_has_a_low_upper_bound() -> None:
    """A mean of 5 ± 0.1 is surely lower than one of 8 ± 10; the lower bound said the reverse."""
    noisy = [entry(1, 5.0, 0.1), entry(2, 8.0, 10.0)]
    assert rank((1, 2), noisy, "upper_bound", 0.9, seed=0).lowest(1) == (1,)
    assert rank((1, 2), noisy, "lower_bound", 0.9, seed=0).lowest(1) == (2,)
    found = rank((1, 2), noisy, "mean", 0.9, seed=0).estimates[0]
    assert found.upper_bound is not None
    assert found.upper_bound > found.mean_return


def test_by_gain_the_lowest_that_moved_come_before_the_hopeless_and_the_solved() -> None:
    parts = {"hopeless": (0.0,) * 4, "moving": (0.0, 0.0, 0.1, 0.2), "solved": (0.5, 0.8, 0.9, 1.0)}
    history = {
        v: tuple(Stretch(place, 10, rate, rate) for place, rate in enumerate(parts[kind]))
        for v, kind in enumerate(("hopeless", "moving", "solved"))
    }
    returns = [entry(v, mean, 0.3, success_rate=mean) for v, mean in enumerate((0.0, 0.2, 1.0))]
    found = rank((0, 1, 2), returns, "gain", 0.9, 0, history, lambda mean, success: success)
    assert found.lowest(3) == (1, 0, 2)
    assert [estimate.outlook for estimate in found.estimates] == ["moving", "hopeless", "moving"]
    assert rank((0, 1, 2), returns, "gain", 0.9, 0, {}, lambda mean, success: success).lowest(1) == (0,)


def test_solved_variations_are_left_out() -> None:
    found = rank((1, 2, 3), [entry(1, 0.2, 0.1), entry(2, 0.9, 0.1), entry(3, 1.0, 0.0)], "mean", 0.9, seed=0)
    assert found.below(0.9, lambda mean, success: mean).lowest(3) == (1,)
    assert found.below(None, lambda mean, success: mean).lowest(3) == (1, 2, 3)


@pytest.mark.parametrize("deviations", ["equal", "unequal"])
def test_shrunk_means_choose_the_truly_lowest_no_more_often(deviations: str) -> None:
    """Why means are not shrunk here: of 24 variations with 3 episodes each, 6 are chosen."""
    rng, hits = np.random.default_rng(0), {"mean": 0, "shrunk": 0}
    for _ in range(200):
        truth = rng.normal(15, 4, 24)
        spread = np.full(24, 7.0) if deviations == "equal" else 7 * np.exp(rng.normal(0, 0.7, 24))
        episodes = truth[:, None] + spread[:, None] * rng.normal(size=(24, 3))
        returns = [entry(v, float(row.mean()), float(row.std(ddof=1)), episodes=3) for v, row in enumerate(episodes)]
        lowest, shrunk = set(np.argsort(truth)[:6].tolist()), shrunk_means(returns)
        hits["mean"] += len(lowest & set(rank(range(24), returns, "mean", 0.9, seed=0).lowest(6)))
        hits["shrunk"] += len(lowest & set(sorted(shrunk, key=lambda v: shrunk[v])[:6]))
    assert hits["shrunk"] <= 1.02 * hits["mean"]


def test_lowest_by_lower_bound_prefers_the_uncertain() -> None:
    noisy = [entry(1, 0.5, std=0.0), entry(2, 0.6, std=2.0)]
    assert rank((1, 2), noisy, "mean", 0.9, seed=0).lowest(1) == (1,)
    assert rank((1, 2), noisy, "lower_bound", 0.9, seed=0).lowest(1) == (2,)


def test_the_bound_is_students() -> None:
    assert lower_bound(1.0, 2.0, 4, 0.95) == pytest.approx(1.0 - 2.353363 * 2.0 / 2)


@pytest.mark.parametrize("episodes", [2, 5, 20])
def test_the_bound_lies_below_the_true_mean_as_often_as_it_claims(episodes: int) -> None:
    draws = np.random.default_rng(episodes).normal(3.0, 2.0, size=(4000, episodes))
    bounds = [lower_bound(row.mean(), row.std(ddof=1), episodes, 0.9) for row in draws]
    assert np.mean(np.array(bounds) < 3.0) == pytest.approx(0.9, abs=0.02)


def test_a_single_episode_takes_the_pooled_deviation() -> None:
    single = rank((1, 2), [entry(1, 0.5, std=None, episodes=1), entry(2, 0.5, std=1.0)], "mean", 0.9, seed=0)
    bounds = {estimate.variation: estimate.lower_bound for estimate in single.estimates}
    assert bounds[1] < bounds[2] < 0.5


def test_ties_are_broken_by_the_seed() -> None:
    tied = [entry(v, 0.0) for v in range(10)]
    picks = {rank(range(10), tied, "mean", 0.9, seed).lowest(3) for seed in range(20)}
    assert len(picks) > 1
    assert rank(range(10), tied, "mean", 0.9, 5) == rank(range(10), tied, "mean", 0.9, 5)


def test_unmeasured_variations_only_fill_up() -> None:
    ranking = rank((1, 2, 3), [entry(1, 5.0), entry(2, None)], "mean", 0.9, seed=0)
    assert set(ranking.unmeasured) == {2, 3}
    assert ranking.lowest(1) == (1,)
    assert set(ranking.lowest(3)) == {1, 2, 3}


@given(
    st.lists(st.integers(0, 999), min_size=1, max_size=40, unique=True),
    st.integers(1, 10),
    st.sampled_from(["random", "balanced", "clustered"]),
    st.integers(0, 100),
)
@settings(deadline=None)  # the first clusters wait for an import
def test_a_split_is_even_disjoint_complete_and_seeded(variations: list[int], count: int, kind: str, seed: int) -> None:
    count = min(count, len(variations))
    means = {v: float(v % 7) for v in variations if v % 3}
    parts = split(variations, count, kind, means, seed)  # type: ignore[arg-type]  # hypothesis draws plain strings
    assert sorted(v for part in parts for v in part) == sorted(variations)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert parts == split(variations, count, kind, means, seed)  # type: ignore[arg-type]  # as above


def test_balanced_parts_have_about_the_same_sum() -> None:
    means = {v: float(v) for v in range(12)}
    parts = split(range(12), 3, "balanced", means, seed=0)
    sums = [sum(means[v] for v in part) for part in parts]
    assert max(sums) - min(sums) <= 2


def test_refuses_more_specialists_than_variations() -> None:
    with pytest.raises(ValueError, match=r"\d+ variations"):
        split((1, 2), 3, "random", {}, 0)


def measured(
    rng: np.random.Generator, truth: NDArray[np.float64], episodes: int, noise: float
) -> list[VariationReturn]:
    drawn = rng.normal(truth[:, None], noise, (len(truth), episodes))
    return [
        entry(v, float(row.mean()), float(row.std(ddof=1)) if episodes > 1 else None, episodes)
        for v, row in enumerate(drawn)
    ]


@pytest.mark.parametrize(("between", "episodes"), [(0.0, 3), (3.0, 3), (3.0, 10), (0.0, 1)])
def test_shrunk_means_of_the_lowest_are_unbiased(between: float, episodes: int) -> None:
    """Measured means of the variations that they selected as lowest lie far below the truth; shrunk ones do not."""
    rng, raw, shrunk = np.random.default_rng(0), [], []
    for _ in range(10):
        truth = rng.normal(15, between, 1024)
        found = measured(rng, truth, episodes, 8.0)
        means = np.array([e.mean_return for e in found], np.float64)
        lowest = means.argsort()[:300]
        corrected = shrunk_means(found)
        raw.append(float(np.mean(means[lowest] - truth[lowest])))
        shrunk.append(float(np.mean([corrected[int(v)] - truth[v] for v in lowest])))
    assert np.mean(raw) < -1.5
    assert abs(np.mean(shrunk)) < 0.3


def test_certain_means_stay_and_uncertain_ones_move() -> None:
    certain = shrunk_means([entry(1, 0.0), entry(2, 5.0), entry(3, 10.0)])
    assert [certain[v] for v in (1, 2, 3)] == pytest.approx([0.0, 5.0, 10.0], abs=1e-9)
    others = [entry(v, float(v), std=2.0) for v in range(20)]
    found = shrunk_means([*others, entry(20, 2.0, std=10.0), entry(21, 2.0, std=0.1)])
    assert found[20] - 2.0 > 3 * (found[21] - 2.0) > 0


def test_without_anything_to_tell_apart_there_is_no_division_by_zero() -> None:
    assert shrunk_means([entry(v, 0.0) for v in range(5)]) == dict.fromkeys(range(5), 0.0)
    assert shrunk_means([entry(1, 3.0, std=1.0)]) == {1: 3.0}
    assert shrunk_means([]) == shrunk_means([entry(1, None)]) == {}
