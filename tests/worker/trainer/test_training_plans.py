"""Training jobs of a learner that plans: exact within an episode, the whole method, what specialists add."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.learners import CaDM, PPOCaDM
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.suites import PendulumSuite
from gsl.protocol.reports import EvaluationReport
from gsl.worker.inference import load_policy
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from gsl.worker.local_run import LocalRun
from tests.worker.jobs import TINY_MAZE, done, lines, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

LEARNER = CaDM(
    network=MLP(width=8, depth=1, activation="swish"), encoder=(8,), device="cpu", num_envs=4, num_steps=16, members=2,
    particles=2, history=3, future=3, updates=2, minibatch=16, warm_up=64, horizon=3, candidates=6, elites=2,
    iterations=1,
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "suite": PendulumSuite(time_limit=10, values=2),
    "learner": LEARNER,
    "guide": {"name": "none"},
    "evaluation": {"episodes": 1, "every_epochs": 4, "held_out_sample": 2},
    "arm": "generalist",
}


def config(**changes: Any) -> RunConfig:
    return RunConfig.model_validate(TINY_MAZE.model_dump() | WHOLE | changes)


def test_a_job_stopped_in_an_episode_goes_on_number_for_number(tmp_path: Path) -> None:
    """A rollout of 16 steps ends after six of an episode of ten."""
    job = spec("generalist", config(), budget_steps=6 * LEARNER.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 3)) == EXIT_STOPPED
    assert (load(folder.resume)["learner"]["memory"]["known"] == 3).all(), "a history is filled"
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
    report = next(line for line in lines(folder) if isinstance(line, EvaluationReport))
    assert report.held_out


INFORMED = PPOCaDM(
    network=MLP(width=8, depth=1), model=MLP(width=8, depth=1), encoder=(8,), device="cpu", num_envs=4, num_steps=16,
    num_minibatches=2, update_epochs=1, history=3, future=3, model_steps=128, model_updates=2, model_minibatch=16,
)  # fmt: skip


@pytest.mark.parametrize("after", [1, 3])
def test_ppo_with_a_context_goes_on_number_for_number(tmp_path: Path, after: int) -> None:
    """Stopped while the model learns, and while PPO does."""
    job = spec("generalist", config(learner=INFORMED), budget_steps=5 * INFORMED.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, after)) == EXIT_STOPPED
    assert load(folder.resume)["learner"]["frozen"] == (after >= 2)
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


def test_it_can_be_the_generalist_of_the_whole_method(tmp_path: Path) -> None:
    whole = config(
        arm="gsl", guide={"name": "replay"}, plateau={"sigma": 0, "window": 2, "min_epochs": 0},
        specialists={"count": 2, "steps": 512}, evaluation={"episodes": 1, "held_out_sample": 1}, gate={"mode": "auto"},
        demonstrations={"per_variation": 2, "generalist_per_variation": 1, "max_tries": 4, "filter": "return"},
        budget={"total_steps": 2500, "generalist_steps": 256},
    )  # fmt: skip
    run = LocalRun(whole, tmp_path).finish()
    assert run.status == "succeeded", run.message
    assert run.jobs[-1].key == "evaluation-final"
    assert run.spent == sum(job.spent for job in run.jobs) <= whole.budget.total_steps


def test_a_policy_from_a_checkpoint_plans(tmp_path: Path) -> None:
    folder = done(tmp_path, spec("generalist", config(), budget_steps=2 * LEARNER.batch_size))
    begins = np.array([[1, 0, 0, 0, 0, 0, 1]] * 2, np.float32)  # upright, and what a memory sees where it forgets
    assert load_policy(folder.resume)(begins).shape == (2, 1)
