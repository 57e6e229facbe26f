"""Is TRPO right? CartPole-v1 within 150 000 steps, five seeds: python -m benchmarks.trpo_cartpole."""

from benchmarks.learning import Task
from benchmarks.learning_check import check
from gsl.config.recommended import recommended
from gsl.config.suites import GymnasiumSuite

SOLVED = 475.0
STEPS = 150_000

SUITE = GymnasiumSuite(env_id="CartPole-v1", num_seeds=100_000, held_out_seeds=100)
SETTINGS = recommended("trpo", SUITE, "two_cores").learner


def task(seed: int) -> Task:
    """Tested once on each of a hundred initial states that were not trained on, by sampled actions."""
    return Task(
        arm="trpo", seed=seed, suite=SUITE, learner=SETTINGS, steps=STEPS, test_variations=100, test_episodes=1,
        deterministic=False,
    )  # fmt: skip


if __name__ == "__main__":
    check("trpo_cartpole", __doc__, task, lambda outcome: outcome.held_out_return, SOLVED)
