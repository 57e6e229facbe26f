"""Data of comparisons and their figures: frozen and typed, between the rows and the statistics."""

from dataclasses import dataclass

from gsl.backend.domain.figure_data import FloatArray, IntArray
from gsl.config.run import Arm
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.jobs import ENDED


@dataclass(frozen=True)
class ComparedRun:
    """A run of an experiment; `task` numbers the distinct suites, with their settings, among its runs."""

    id: int
    arm_name: str
    arm: Arm
    seed: int
    task: int
    status: str
    total_steps: int
    spent_steps: int
    evaluation: int | None  # id of the job that evaluated its last policy
    mark: str = ""  # of that evaluation: empty if it is complete

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def pair(self) -> tuple[int, int]:
        """Runs of two arms are paired by task and seed."""
        return self.task, self.seed


@dataclass(frozen=True)
class Compared:
    """An experiment's runs in the order of their launch."""

    experiment_id: int
    runs: tuple[ComparedRun, ...]
    suites: tuple[SuiteSettings, ...]  # by task
    tasks: tuple[str, ...]  # their names

    @property
    def arms(self) -> tuple[str, ...]:
        """Labels of the arms, in the order of their first runs."""
        return tuple(dict.fromkeys(run.arm_name for run in self.runs))

    def of_arm(self, name: str) -> tuple[ComparedRun, ...]:
        return tuple(run for run in self.runs if run.arm_name == name)

    def is_baseline(self, name: str) -> bool:
        return all(run.arm == "generalist" for run in self.of_arm(name))


@dataclass(frozen=True)
class Outcomes:
    """The metric for the last policy of each evaluated run, by run id; only successful runs are included."""

    compared: Compared
    metric: ComparedMetric
    source: ComparedSource
    by_run: dict[int, float]

    def measured(self, arm_name: str) -> tuple[ComparedRun, ...]:
        return tuple(run for run in self.compared.of_arm(arm_name) if run.id in self.by_run)


@dataclass(frozen=True, eq=False)
class TaskScores:
    """Scores of one task's evaluated runs on its variations; `scores` has the shape (runs, variations)."""

    task: int
    runs: tuple[ComparedRun, ...]
    variations: IntArray
    scores: FloatArray

    def of_arm(self, name: str) -> FloatArray:
        rows = [place for place, run in enumerate(self.runs) if run.arm_name == name]
        return self.scores[rows]


@dataclass(frozen=True, eq=False)
class RunCurve:
    """Training curve of a run's generalist and fine-tuned generalist; `steps` are all steps of the run."""

    run: ComparedRun
    steps: IntArray
    values: FloatArray
