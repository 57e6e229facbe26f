"""Training jobs of meta-learners: exact in the middle of a trial, and the whole method without demonstrations."""

from pathlib import Path
from typing import Any

import pytest

from gsl.config.learners import MAML, PEARL, LearnerSettings
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.suites import NavigationSuite
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from gsl.worker.local_run import LocalRun
from tests.worker.jobs import TINY_MAZE, done, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

LEARNERS: tuple[LearnerSettings, ...] = (
    MAML(network=MLP(width=8, depth=1), device="cpu", num_envs=4, num_steps=16, adapt_after=1),
    PEARL(
        network=MLP(width=8, depth=1), device="cpu", num_envs=4, num_steps=16, warm_up=32, update_ratio=0.1,
        meta_batch=2, replay_batch=8, context_batch=8, explore_episodes=1,
    ),
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "suite": NavigationSuite(time_limit=5, training_goals=4, held_out_goals=2, start="anywhere", end_within=0.1),
    "trial": {"episodes": 3},
    "guide": {"name": "none"},
    "evaluation": {"episodes": 1, "every_epochs": 2, "held_out_sample": 1},
}
EACH = pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)


def config(learner: LearnerSettings, **changes: Any) -> RunConfig:
    return RunConfig.model_validate(TINY_MAZE.model_dump() | WHOLE | {"learner": learner} | changes)


@EACH
def test_a_job_stopped_in_a_trial_goes_on_number_for_number(tmp_path: Path, learner: LearnerSettings) -> None:
    """PEARL's trials go on from where a rollout cut them; MAML's begin with every rollout."""
    job = spec("generalist", config(learner, arm="generalist"), budget_steps=8 * learner.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


@EACH
def test_it_goes_through_the_whole_method_without_demonstrations(tmp_path: Path, learner: LearnerSettings) -> None:
    whole = config(
        learner, arm="gsl", plateau={"sigma": 0, "window": 2, "min_epochs": 0}, gate={"mode": "auto"},
        specialists={"count": 2, "steps": 512}, budget={"total_steps": 3000, "generalist_steps": 256},
        evaluation={"episodes": 1, "held_out_sample": 1},
    )  # fmt: skip
    run = LocalRun(whole, tmp_path).finish()
    assert run.status == "succeeded", run.message
    assert run.jobs[-1].key == "evaluation-final"
