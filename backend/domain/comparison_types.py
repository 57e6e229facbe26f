"""What comparisons and their figures are made of: frozen, typed data between the rows and the statistics."""

from dataclasses import dataclass

from backend.domain.figure_data import FloatArray, IntArray
from gsl.config.run import Arm
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.jobs import ENDED


@dataclass(frozen=True)
class ComparedRun:
    """A run of an experiment; `task` counts the suites and settings of them that the experiment's runs have."""

    id: int
    arm_name: str
    arm: Arm
    seed: int
    task: int
    status: str
    total_steps: int
    spent_steps: int
    evaluation: int | None  # id of the job that measured its last policy
    mark: str = ""  # of that measurement: empty where it is whole

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
    """How good the last policy of each measured run is, by the run's id; only runs that ended well are measured."""

    compared: Compared
    metric: ComparedMetric
    source: ComparedSource
    by_run: dict[int, float]

    def measured(self, arm_name: str) -> tuple[ComparedRun, ...]:
        return tuple(run for run in self.compared.of_arm(arm_name) if run.id in self.by_run)


@dataclass(frozen=True, eq=False)
class TaskScores:
    """Scores of the measured runs of one task on its variations; `scores` has the shape (runs, variations)."""

    task: int
    runs: tuple[ComparedRun, ...]
    variations: IntArray
    scores: FloatArray

    def of_arm(self, name: str) -> FloatArray:
        rows = [place for place, run in enumerate(self.runs) if run.arm_name == name]
        return self.scores[rows]


@dataclass(frozen=True, eq=False)
class RunCurve:
    """Training of a run's generalist and fine-tuned generalist; `steps` are the run's, everything counted."""

    run: ComparedRun
    steps: IntArray
    values: FloatArray
