"""Training jobs of a learner with memory: exact in the middle of a trial, returns by episode, the whole method."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.learners import RL2, TEPPO
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.suites import CircleSuite, GridNaviSuite
from gsl.protocol.reports import EvaluationReport
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFolder
from gsl.worker.local_run import LocalRun
from tests.worker.jobs import TINY_MAZE, done, lines, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

WHOLE: dict[str, Any] = {
    "suite": GridNaviSuite(size=3, time_limit=5, held_out_goals=2),
    "learner": RL2(network=MLP(width=8, depth=1), memory=8, device="cpu", num_envs=4, num_steps=16),
    "trial": {"episodes": 3},
    "guide": {"name": "none"},
    "evaluation": {"episodes": 2, "every_epochs": 2, "held_out_sample": 2},
    "arm": "generalist",
}


EMBEDDED: dict[str, Any] = {
    "suite": CircleSuite(goals=3, time_limit=5),
    "learner": TEPPO(
        network=MLP(width=8, depth=1), encoder_width=8, device="cpu", num_envs=4, num_steps=16, num_minibatches=2
    ),
    "trial": {"episodes": 1},
}


def config(**changes: Any) -> RunConfig:
    return RunConfig.model_validate(TINY_MAZE.model_dump() | WHOLE | changes)


def evaluated(folder: JobFolder) -> EvaluationReport:
    """The first evaluation of the job."""
    return next(line for line in lines(folder) if isinstance(line, EvaluationReport))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_job_stopped_in_a_trial_goes_on_number_for_number(tmp_path: Path, cell: str) -> None:
    """A rollout of 16 steps ends one step after a trial of 15."""
    learner = WHOLE["learner"].model_copy(update={"cell": cell})
    job = spec("generalist", config(learner=learner), budget_steps=8 * learner.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    state = load(folder.resume)
    assert (state["loop"]["env"]["trial_mark"] == 0).all(), "the trial has begun before"
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


def test_a_job_stopped_in_an_episode_with_an_embedding_goes_on_number_for_number(tmp_path: Path) -> None:
    """A rollout of 16 steps ends one step after three episodes of 5."""
    whole = config(**EMBEDDED)
    job = spec("generalist", whole, budget_steps=8 * whole.learner.batch_size)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


def test_returns_by_episode_are_reported_and_scored_episodes_alone_count(tmp_path: Path) -> None:
    whole = config(trial={"episodes": 3, "scored": 2})
    job = spec("generalist", whole, budget_steps=4 * whole.learner.batch_size)
    report = evaluated(done(tmp_path, job))
    assert report.trial is not None
    assert [place.variations for place in report.trial.training] == [3] * 5
    assert [place.variations for place in report.trial.held_out] == [2] * 5
    assert {each.episodes for each in report.training} == {2 * 2}
    scored = [place.mean_return or 0.0 for place in report.trial.training[3:]]
    assert np.mean([each.mean_return or 0.0 for each in report.training]) == pytest.approx(np.mean(scored))


def test_without_scored_episodes_all_of_the_trial_count(tmp_path: Path) -> None:
    job = spec("generalist", config(), budget_steps=4 * WHOLE["learner"].batch_size)
    report = evaluated(done(tmp_path, job))
    assert {each.episodes for each in report.training} == {2 * 3}
    assert report.trial is not None
    assert len(report.trial.training) == 3


GAIL = {"name": "gail", "width": 8, "updates": 1, "batch_size": 8}
TWO: dict[str, Any] = {"trial": {"episodes": 2}}


@pytest.mark.parametrize(("guide", "parts"), [({"name": "none"}, TWO), (GAIL, TWO), (GAIL, EMBEDDED)])
def test_it_can_be_the_generalist_of_the_whole_method(
    tmp_path: Path, guide: dict[str, Any], parts: dict[str, Any]
) -> None:
    whole = config(
        **parts, arm="gsl", guide=guide, plateau={"sigma": 0, "window": 2, "min_epochs": 0},
        specialists={"count": 2, "steps": 512}, evaluation={"episodes": 1, "held_out_sample": 1}, gate={"mode": "auto"},
        demonstrations={"per_variation": 2, "generalist_per_variation": 1, "max_tries": 4, "filter": "return"},
        budget={"total_steps": 3000, "generalist_steps": 256},
    )  # fmt: skip
    run = LocalRun(whole, tmp_path).finish()
    assert run.status == "succeeded", run.message
    assert run.jobs[-1].key == "evaluation-final"
    assert run.spent == sum(job.spent for job in run.jobs) <= whole.budget.total_steps
