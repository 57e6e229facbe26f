"""Figures of one variation's episodes: pooled, they are those of all episodes together."""

import numpy as np
import pytest

from gsl.method.variation_returns import by_variation, pooled

RNG = np.random.default_rng(3)


def test_pooled_figures_are_those_of_all_episodes_together() -> None:
    returns, length = RNG.normal(2.0, 3.0, 12), RNG.integers(1, 50, 12)
    success = RNG.random(12) < 0.5
    variation = np.full(12, 7)
    [whole] = by_variation(variation, returns, length, success)
    cuts = (slice(0, 1), slice(1, 6), slice(6, 12))
    parts = [by_variation(variation[cut], returns[cut], length[cut], success[cut])[0] for cut in cuts]
    found = pooled(parts)
    assert (found.variation, found.episodes) == (7, 12)
    for name in ("mean_return", "std_return", "success_rate", "mean_length"):
        assert getattr(found, name) == pytest.approx(getattr(whole, name)), name


def test_one_episode_has_no_deviation_and_an_unknown_return_counts_for_nothing() -> None:
    one = by_variation(np.array([1]), np.array([4.0]), np.array([9]), None)[0]
    assert (one.std_return, one.success_rate, pooled([one]).std_return) == (None, None, None)
    unknown = by_variation(np.array([1]), np.array([np.inf]), np.array([2]), None)[0]
    assert pooled([unknown, one]).mean_return == 4.0
    assert pooled([unknown]).mean_return is None
