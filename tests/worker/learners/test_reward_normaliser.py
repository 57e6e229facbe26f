"""Reward normalisation as gym's wrapper does it, step by step."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners.reward_normaliser import RewardNormaliser

Array = NDArray[Any]


def by_the_book(rewards: Array, dones: Array, gamma: float) -> Array:
    """gym.wrappers.NormalizeReward and a clip to [-10, 10], written down once more."""
    returns = np.zeros(rewards.shape[1])
    mean, var, count = 0.0, 1.0, 1e-4
    out = np.empty_like(rewards)
    for t in range(len(rewards)):
        returns = returns * gamma + rewards[t]
        batch_mean, batch_var, batch_count = returns.mean(), returns.var(), len(returns)
        delta, total = batch_mean - mean, count + batch_count
        m2 = var * count + batch_var * batch_count + delta**2 * count * batch_count / total
        mean, var, count = mean + delta * batch_count / total, m2 / total, total
        out[t] = np.clip(rewards[t] / np.sqrt(var + 1e-8), -10, 10)
        returns[dones[t]] = 0.0
    return out


def test_equals_gym() -> None:
    rng = np.random.default_rng(0)
    rewards, dones = rng.normal(3, 20, (50, 4)), rng.random((50, 4)) < 0.1
    normalise = RewardNormaliser(4, 0.99)
    first = normalise(torch.from_numpy(rewards[:20]), torch.from_numpy(dones[:20]))
    second = normalise(torch.from_numpy(rewards[20:]), torch.from_numpy(dones[20:]))
    np.testing.assert_allclose(torch.cat([first, second]).numpy(), by_the_book(rewards, dones, 0.99), rtol=1e-5)


def test_goes_on_exactly_from_a_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rewards, dones = torch.from_numpy(rng.normal(size=(40, 4))), torch.from_numpy(rng.random((40, 4)) < 0.1)
    through = RewardNormaliser(4, 0.9)
    expected = through(rewards, dones)[20:]
    stopped = RewardNormaliser(4, 0.9)
    stopped(rewards[:20], dones[:20])
    save(tmp_path / "normaliser", stopped.state())
    resumed = RewardNormaliser(4, 0.9)
    resumed.restore(load(tmp_path / "normaliser"), same_slots=True)
    assert torch.equal(resumed(rewards[20:], dones[20:]), expected)


def test_rewards_of_another_scale_are_normal_within_epochs_once_it_restarts() -> None:
    """After 10 M steps at scale 1 rewards at 0.1 would stay at a tenth; restarted, their return has deviation 1."""
    rng, done = np.random.default_rng(2), torch.zeros(64, 64, dtype=torch.bool)
    scaled = {}
    for restarts in (False, True):
        normalise = RewardNormaliser(64, 0.99)
        normalise(torch.from_numpy(rng.normal(size=(256, 64))), torch.zeros(256, 64, dtype=torch.bool))
        normalise.restore(normalise.state() | {"count": 1e7}, same_slots=True)
        if restarts:
            normalise.restart()
        epochs = [normalise(torch.from_numpy(0.1 * rng.normal(size=(64, 64))), done) for _ in range(8)]
        scaled[restarts] = (epochs[-1].std() / (1 - 0.99**2) ** 0.5).item()  # of the discounted return, once it is long
    assert scaled[False] == pytest.approx(0.1, rel=0.1)
    assert scaled[True] == pytest.approx(1.0, rel=0.15)
