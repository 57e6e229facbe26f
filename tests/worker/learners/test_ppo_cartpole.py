"""PPO is right: it solves CartPole-v1 on every seed. Minutes long."""

import pytest

from benchmarks.learning import learn
from benchmarks.learning_check import SEEDS
from benchmarks.ppo_cartpole import SOLVED, task


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_cartpole_is_solved_within_150_000_steps(seed: int) -> None:
    assert learn(task(seed)).held_out_return >= SOLVED
