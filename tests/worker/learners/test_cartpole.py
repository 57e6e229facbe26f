"""PPO and TRPO are right: they solve CartPole-v1 on every seed. Minutes long."""

from types import ModuleType

import pytest

from benchmarks import ppo_cartpole, trpo_cartpole
from benchmarks.learning import learn
from benchmarks.learning_check import SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("check", [ppo_cartpole, trpo_cartpole], ids=["ppo", "trpo"])
@pytest.mark.parametrize("seed", SEEDS)
def test_cartpole_is_solved_within_150_000_steps(check: ModuleType, seed: int) -> None:
    assert learn(check.task(seed)).held_out_return >= check.SOLVED
