"""Does PPO master Meta-World's reach? MT1, five seeds, within 400 000 steps: python -m benchmarks.ppo_reach.

A seed takes about six minutes on one quiet core. Results go to benchmarks/results/ppo_reach.json as seeds end; what is
there already with the same settings is not repeated.
"""

from benchmarks.learning import Task
from benchmarks.learning_check import check
from gsl.config.recommended import recommended
from gsl.config.suites import MetaWorldSuite

SOLVED = 0.9
STEPS = 400_000
"""Fewer than the million that are asked for: it is mastered after about a hundred thousand."""

SUITE = MetaWorldSuite(benchmark="MT1", task="reach-v3", processes=1)
SETTINGS = recommended("ppo", SUITE, "two_cores").learner


def task(seed: int) -> Task:
    """Tested by sampled actions on a hundred episodes, each with one of the task's fifty goals."""
    return Task(
        arm="ppo", seed=seed, suite=SUITE, learner=SETTINGS, steps=STEPS, test_variations=1, test_episodes=100,
        deterministic=False,
    )  # fmt: skip


if __name__ == "__main__":
    check("ppo_reach", __doc__, task, lambda outcome: outcome.training.success_rate or 0.0, SOLVED)
