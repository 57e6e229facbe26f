"""Is SAC right? Pendulum-v1 within 20 000 steps, five seeds: python -m benchmarks.sac_pendulum."""

from benchmarks.learning import Task
from benchmarks.learning_check import check
from gsl.config.recommended import recommended
from gsl.config.suites import GymnasiumSuite

SOLVED = -200.0
STEPS = 20_000

SUITE = GymnasiumSuite(
    env_id="Pendulum-v1", num_seeds=100_000, held_out_seeds=100, score_low=-1600.0, score_high=-150.0
)
SETTINGS = recommended("sac", SUITE, "two_cores").learner


def task(seed: int) -> Task:
    """Tested once on each of a hundred initial states that were not trained on, by the policy's mode."""
    return Task(
        arm="sac", seed=seed, suite=SUITE, learner=SETTINGS, steps=STEPS, test_variations=100, test_episodes=1,
        deterministic=True,
    )  # fmt: skip


if __name__ == "__main__":
    check("sac_pendulum", __doc__, task, lambda outcome: outcome.held_out_return, SOLVED)
