"""PPO is right with continuous actions: it masters Meta-World's reach on every seed. Minutes each."""

import pytest

from benchmarks.learning import learn
from benchmarks.learning_check import SEEDS
from benchmarks.ppo_reach import SOLVED, STEPS, task


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_reach_is_mastered_within_400_000_steps(seed: int) -> None:
    outcome = learn(task(seed))
    assert outcome.curve[-1].steps <= STEPS
    assert outcome.training.success_rate is not None
    assert outcome.training.success_rate >= SOLVED
