"""Data of comparisons and their figures: frozen and typed, between the rows and the statistics."""

from dataclasses import dataclass

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, IntArray
from gsl.config.run import Arm
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.jobs import ENDED


@dataclass(frozen=True)
class ComparedRun:
    """A run in one of the groups; `task` numbers the distinct suites, with their settings, among the compared runs."""

    id: int
    group: str
    arm: Arm
    seed: int
    task: int
    status: str
    total_steps: int
    spent_steps: int
    evaluation: int | None  # id of the job that evaluated its last policy
    continued_steps: int = 0  # of its total, added after its result was seen
    mark: str = ""  # of that evaluation: empty if it is complete

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def pair(self) -> tuple[int, int]:
        """Runs of two groups are paired by task and seed."""
        return self.task, self.seed


@dataclass(frozen=True)
class Compared:
    """Runs in groups: all of an experiment, whose groups are its arms, or others that were chosen."""

    runs: tuple[ComparedRun, ...]
    suites: tuple[SuiteSettings, ...]  # by task
    tasks: tuple[str, ...]  # their names
    experiment_id: int | None = None

    @property
    def noun(self) -> str:
        return "group" if self.experiment_id is None else "arm"

    @property
    def groups(self) -> tuple[str, ...]:
        """Their labels, in the order of their first runs."""
        return tuple(dict.fromkeys(run.group for run in self.runs))

    def of_group(self, name: str) -> tuple[ComparedRun, ...]:
        return tuple(run for run in self.runs if run.group == name)

    def is_baseline(self, name: str) -> bool:
        return all(run.arm == "generalist" for run in self.of_group(name))


@dataclass(frozen=True)
class Outcomes:
    """The metric for the last policy of each evaluated run, by run id; only successful runs are included."""

    compared: Compared
    metric: ComparedMetric
    source: ComparedSource
    by_run: dict[int, float]

    def measured(self, group: str) -> tuple[ComparedRun, ...]:
        return tuple(run for run in self.compared.of_group(group) if run.id in self.by_run)


@dataclass(frozen=True, eq=False)
class TaskScores:
    """Scores of one task's evaluated runs on its variations; `scores` has the shape (runs, variations)."""

    task: int
    runs: tuple[ComparedRun, ...]
    variations: IntArray
    scores: FloatArray

    def of_group(self, name: str) -> FloatArray:
        rows = [place for place, run in enumerate(self.runs) if run.group == name]
        return self.scores[rows]

    def by_seed(self, name: str) -> dict[int, FloatArray]:
        """The group's scores on each variation, by seed; means where several of its runs have the same seed."""
        seeds = dict.fromkeys(run.seed for run in self.runs if run.group == name)
        own = np.array([run.group == name for run in self.runs])
        of = np.array([run.seed for run in self.runs])
        return {seed: self.scores[own & (of == seed)].mean(axis=0) for seed in seeds}


@dataclass(frozen=True, eq=False)
class RunCurve:
    """Training curve of a run's generalist and fine-tuned generalist; `steps` are all steps of the run."""

    run: ComparedRun
    steps: IntArray
    values: FloatArray
