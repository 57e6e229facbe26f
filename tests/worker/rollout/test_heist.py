"""A game whose quick episodes are the successful ones: cut short by steps it looked perfect (10 of 24 levels)."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gsl.config.presets import PRESETS
from gsl.phases import jobs
from gsl.protocol.jobs import CheckpointSource, JobSpec
from gsl.worker.rollout.collect import Policy
from gsl.worker.rollout.evaluate import evaluate

CONFIG = PRESETS["procgen-small-heist"].config
UNCUT = 2.36
"""Mean return of the random policy over the 24 levels, by many episodes a level."""


class RandomLearner:
    """A policy that acts at random."""

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        rng = np.random.default_rng(seed)

        def act(observation: NDArray[np.uint8]) -> NDArray[np.int64]:
            return rng.integers(15, size=len(observation))

        return act


def spec(budget: int) -> JobSpec:
    """The evaluation before the gate."""
    return jobs.evaluation(CONFIG, 1, "evaluation-1", CheckpointSource(job="generalist-1"), budget)


@pytest.mark.slow
def test_a_short_budget_measures_the_random_policy_as_what_it_is() -> None:
    """50 000 steps surely hold two rounds: every level twice, to the end, and every held-out level in all rounds."""
    report = evaluate(spec(50_000), RandomLearner(), 0, lambda: None, 50_000)
    assert (report.rounds, report.rounds_asked) == (2, CONFIG.evaluation.episodes)
    assert [entry.episodes for entry in report.training] == [2] * len(CONFIG.suite.training_variations())
    assert {entry.episodes for entry in report.held_out} == {CONFIG.evaluation.episodes}
    assert len(report.held_out) == CONFIG.evaluation.held_out_sample
    means = np.array([entry.mean_return for entry in report.training])
    half = 2.07 * means.std(ddof=1) / np.sqrt(len(means))  # Student's t, 23 degrees of freedom, 95 %
    assert means.mean() - half <= UNCUT <= means.mean() + half
    assert report.steps <= 50_000 < report.measurement_steps + report.steps
