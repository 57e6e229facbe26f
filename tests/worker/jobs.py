"""Small jobs on small suites, worked on in this process."""

from pathlib import Path
from typing import Any

from gsl.config.learners import PPO
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.networks import MLP
from gsl.config.plateau import PlateauSettings
from gsl.config.run import RunConfig
from gsl.config.suites import ForkMazeSuite
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EpochReport, SpoolLine
from gsl.worker.job.folder import JobFile, JobFolder
from gsl.worker.job.spool import read_all
from gsl.worker.trainer.job import run
from gsl.worker.trainer.stop import StopRequest

TINY_MAZE = RunConfig(
    suite=ForkMazeSuite(goals=4, held_out_goals=1, corridor=2, branch=1, time_limit=16),
    learner=PPO(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2, learning_rate=3e-3),
    plateau=PlateauSettings(sigma=1, window=4, min_epochs=2),
    specialists=SpecialistSettings(count=2, steps=2048),
    demonstrations=DemonstrationSettings(per_variation=3, generalist_per_variation=2, max_tries=10),
    evaluation=EvaluationSettings(episodes=2, every_epochs=5, held_out_sample=1),
    budget=BudgetSettings(total_steps=40_000, generalist_steps=8192),
)


def spec(kind: str = "generalist", config: RunConfig = TINY_MAZE, **changes: Any) -> JobSpec:
    """A job of some kind on all training variations, 30 epochs long."""
    whole = {
        "key": f"{kind}-1", "kind": kind, "config": config, "seed": 7,
        "variations": config.suite.training_variations(), "held_out": config.suite.held_out_variations(),
        "budget_steps": 30 * config.learner.batch_size, "evaluations_count": kind in ("evaluation", "specialist"),
    }  # fmt: skip
    return JobSpec.model_validate(whole | changes)


def prepare(path: Path, job: JobSpec, source: Path | None = None, demonstrations: tuple[Path, ...] = ()) -> JobFolder:
    folder = JobFolder(path)
    inputs = tuple(str(file) for file in demonstrations)
    folder.write_job(JobFile(spec=job, source=str(source) if source else None, demonstrations=inputs))
    return folder


def work(folder: JobFolder, stop: StopRequest | None = None) -> int:
    """The trainer's exit code."""
    return run(folder, stop or StopRequest(folder.stop))


def done(path: Path, job: JobSpec, source: Path | None = None, demonstrations: tuple[Path, ...] = ()) -> JobFolder:
    """The folder of a job that ended well."""
    folder = prepare(path, job, source, demonstrations)
    assert work(folder) == 0
    return folder


def lines(folder: JobFolder) -> list[SpoolLine]:
    return read_all(folder.spool)


def epochs(folder: JobFolder) -> list[EpochReport]:
    return [line for line in lines(folder) if isinstance(line, EpochReport)]


def numbers(folder: JobFolder) -> list[dict[str, Any]]:
    """All reports of epochs and evaluations, without the seconds they took."""
    reports = [line for line in lines(folder) if line.type in ("epoch", "evaluation")]
    return [report.model_dump(exclude={"seconds", "system"}) for report in reports]
