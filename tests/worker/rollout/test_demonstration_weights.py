"""Weights of demonstrated steps: balance between variations, and what good episodes and good steps weigh."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gsl.worker.experience import Demonstrations
from gsl.worker.rollout.demonstration_weights import Weight, step_weights

Array = NDArray[Any]

# Variation 4 has one episode of two steps, variation 9 two of three and five steps.
VARIATION = np.array([4] * 2 + [9] * 8)
EPISODE = np.array([0] * 2 + [1] * 3 + [2] * 5)
RETURNS = np.array([-7.0] * 2 + [1.0] * 3 + [5.0] * 5)
REWARD = np.array([-3.0, -4.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])


def weights(by: Weight, returns: Array = RETURNS, reward: Array | None = REWARD) -> Array:
    return step_weights(by, VARIATION, EPISODE, returns, reward)


@pytest.mark.parametrize("by", ["none", "return", "advantage"])
def test_every_variation_weighs_alike(by: Weight) -> None:
    found = weights(by)
    assert found[VARIATION == 4].sum() == pytest.approx(5.0)
    assert found[VARIATION == 9].sum() == pytest.approx(5.0)
    assert (found > 0).all()


def test_by_return_the_better_episode_weighs_e_squared_as_much() -> None:
    """Two episodes lie one deviation above and below their mean, whatever the scale and sign of returns."""
    for returns in (RETURNS, 1e6 * RETURNS, RETURNS - 1000.0):
        found = weights("return", returns)
        assert found[5:] == pytest.approx(np.exp(2) * found[2])
    assert weights("return", np.zeros(10)) == pytest.approx(weights("none"))


def test_by_advantage_a_step_weighs_by_what_followed() -> None:
    """Still to earn: 1 1 1 and 5 4 3 2 1; on average 3, 2.5, 2, 1, 0.5; the difference counts in deviations."""
    advantage = np.array([-2.0, -1.5, -1.0, 2.0, 1.5, 1.0, 1.0, 0.5])
    expected = np.exp((advantage - advantage.mean()) / advantage.std())
    found = weights("advantage")[2:]
    assert found / found.sum() == pytest.approx(expected / expected.sum())
    with pytest.raises(ValueError, match="reward"):
        weights("advantage", reward=None)


def test_draws_are_as_often_of_each_variation() -> None:
    """One of 2 steps and one of 8: each has half of the draws."""
    shown = Demonstrations(
        torch.zeros(10, 3), torch.zeros(10), torch.from_numpy(VARIATION), torch.from_numpy(EPISODE),
        torch.from_numpy(weights("none")),
    )  # fmt: skip
    drawn = shown.draw(20_000, torch.Generator().manual_seed(0))
    assert (shown.variation[drawn] == 4).double().mean().item() == pytest.approx(0.5, abs=0.015)
    assert np.bincount(drawn.numpy(), minlength=10)[2:] / 20_000 == pytest.approx(0.5 / 8, abs=0.01)
