"""Training with prioritized variations: fed by the learner, kept exactly, and another curve than without."""

from pathlib import Path

import pytest

from gsl.config.learners import PPG
from gsl.config.networks import MLP
from gsl.config.sampling import PrioritizedSampling
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from tests.worker.jobs import TINY_MAZE, done, epochs, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

PHASIC = PPG(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2, n_pi=4, micro_batch=64)
PRIORITIZED = TINY_MAZE.model_copy(update={"sampling": PrioritizedSampling(temperature=0.5)})


@pytest.mark.parametrize("learner", [TINY_MAZE.learner, PHASIC], ids=["ppo", "ppg"])
def test_a_stopped_job_goes_on_number_for_number(tmp_path: Path, learner: PPG) -> None:
    job = spec(config=PRIORITIZED.model_copy(update={"learner": learner}), budget_steps=8 * learner.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 3)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
    scores = load(folder.resume)["sampler"]["scores"]
    assert len(scores) == len(job.variations)
    assert any(score is not None and score > 0 for score in scores)


def test_it_is_another_curve_than_without(tmp_path: Path) -> None:
    budget = 6 * TINY_MAZE.learner.batch_size
    plain = done(tmp_path / "plain", spec(budget_steps=budget))
    prioritized = done(tmp_path / "prioritized", spec(config=PRIORITIZED, budget_steps=budget))
    assert len(epochs(plain)) == len(epochs(prioritized))
    assert numbers(plain) != numbers(prioritized)
