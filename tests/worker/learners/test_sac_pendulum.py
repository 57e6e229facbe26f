"""SAC is right: it swings Pendulum-v1 up on every seed. A minute each."""

import pytest

from benchmarks.learning import learn
from benchmarks.learning_check import SEEDS
from benchmarks.sac_pendulum import SOLVED, STEPS, task


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_pendulum_is_solved_within_20_000_steps(seed: int) -> None:
    outcome = learn(task(seed))
    assert outcome.curve[-1].steps <= STEPS
    assert outcome.held_out_return >= SOLVED
