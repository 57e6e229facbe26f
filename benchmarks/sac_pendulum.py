"""Is SAC right? Pendulum-v1 within 20 000 steps, five seeds: python -m benchmarks.sac_pendulum."""

import argparse
from pathlib import Path

from benchmarks.learning import Task, learn_all
from gsl.config.recommended import recommended
from gsl.config.suites import GymnasiumSuite

SOLVED = -200.0
STEPS = 20_000
SEEDS = (1, 2, 3, 4, 5)
RESULTS = Path(__file__).parent / "results" / "sac_pendulum.json"

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    for outcome in learn_all([task(seed) for seed in given.seeds], given.processes, given.results):
        reached = outcome.held_out_return
        said = "ok" if reached >= SOLVED else f"BELOW {SOLVED}"
        print(f"seed {outcome.task.seed}: mean return {reached:.1f} {said}, {outcome.seconds:.0f} s")


if __name__ == "__main__":
    main()
