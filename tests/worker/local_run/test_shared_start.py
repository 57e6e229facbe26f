"""The plain generalist goes on from the method's first gate, and its numbers are those of a run alone."""

from pathlib import Path

import pytest

from gsl.config.learners import PPG, PPO
from gsl.config.method import EvaluationSettings
from gsl.config.plateau import PlateauSettings
from gsl.config.run import RunConfig
from gsl.phases import RunState, plan
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EpochReport, EvaluationReport
from gsl.worker.local_run import LocalRun
from gsl.worker.local_run.shared_start import methods_start
from tests.worker.jobs import TINY_MAZE
from tests.worker.local_run.test_run import TINY_RUN


def plain(config: RunConfig) -> RunConfig:
    return RunConfig.model_validate(config.model_dump() | {"arm": "generalist"})


def numbers(this: LocalRun) -> list[dict[str, object]]:
    """Everything that the run measured, but for the seconds it took."""
    said = [line for key in this.specs for line in this.lines(key)]
    return [
        line.model_dump(exclude={"seconds", "system"})
        for line in said
        if isinstance(line, EpochReport | EvaluationReport)
    ]


def first_job(config: RunConfig) -> JobSpec:
    [spec] = plan(config, RunState()).jobs
    return spec


@pytest.mark.parametrize(
    "changes",
    [
        {"plateau": PlateauSettings(sigma=0, window=2, min_epochs=1, margin=10, margin_mode="absolute")},
        {"plateau": PlateauSettings(sigma=0, window=7, min_epochs=1, margin=0)},
        {"evaluation": EvaluationSettings(episodes=1, every_epochs=2, held_out_sample=1)},
        {"learner": TINY_RUN.learner.model_copy(update={"anneal_lr": True})},
    ],
    ids=["plateau", "budget", "evaluations on the way", "a rate that falls"],
)
def test_the_plain_generalist_goes_on_from_the_first_gate(changes: dict[str, object], tmp_path: Path) -> None:
    config = RunConfig.model_validate(TINY_RUN.model_dump() | changes)
    method = LocalRun(config, tmp_path / "shared").finish()
    together, alone = (LocalRun(plain(config), tmp_path / name).finish() for name in ("shared", "alone"))
    trained = sum(isinstance(line, EpochReport) for line in method.lines("generalist-1"))
    [*_, started] = [line for line in together.lines("generalist-1") if line.type == "started"]
    assert started.epoch == trained > 0
    assert numbers(together) == numbers(alone)
    assert together.ledger == alone.ledger


def test_nothing_is_shared_where_the_training_may_differ() -> None:
    assert methods_start(first_job(plain(TINY_MAZE))) == first_job(TINY_MAZE)
    assert methods_start(first_job(TINY_MAZE)) is None, "the method itself begins anew"
    falling = TINY_MAZE.model_copy(update={"learner": TINY_MAZE.learner.model_copy(update={"anneal_lr": True})})
    assert methods_start(first_job(plain(falling))) == first_job(falling), "both fall over the run's steps"
    assert isinstance(TINY_MAZE.learner, PPO)
    phasic = PPG(network=TINY_MAZE.learner.network, num_envs=8, num_steps=16, num_minibatches=2, n_pi=2, aux_rollouts=2)
    assert methods_start(first_job(plain(TINY_MAZE.model_copy(update={"learner": phasic})))) is None
    longer = first_job(plain(TINY_MAZE)).model_copy(update={"seed": 1})
    assert methods_start(longer) is None
