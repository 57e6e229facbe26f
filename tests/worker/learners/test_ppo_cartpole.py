"""PPO is right: it solves CartPole-v1 on every seed. Minutes long."""

import pytest

from benchmarks.ppo_cartpole import SEEDS, SOLVED, final_return


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_cartpole_is_solved_within_150_000_steps(seed: int) -> None:
    assert final_return(seed) >= SOLVED
