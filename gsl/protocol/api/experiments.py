"""Experiments: arms x seeds launched together, and their comparison."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gsl.config.run import Arm
from gsl.protocol.api.base import Answer, Request, example
from gsl.protocol.api.exporting import Exporters
from gsl.protocol.api.runs import Priority, RunsOn, Tag

MOST_RUNS = 100  # in one launch
ArmName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
ComparedMetric = Literal["score", "return", "success"]
ComparedSource = Literal["evaluation", "held_out"]


class ArmLaunch(Request):
    """One arm: its changes to the configuration that all arms share."""

    name: ArmName
    config: dict[str, Any] = Field(default={}, description="Parts of a RunConfig that replace those of the shared one.")


class ExperimentLaunch(Request):
    """Arms x seeds of one question, launched all together or not at all."""

    model_config = example(
        {
            "preset": "forkmaze",
            "config": {"gate": {"mode": "ask"}},
            "arms": [
                {"name": "DAPG", "config": {}},
                {"name": "no demonstrations", "config": {"guide": {"name": "none"}}},
                {"name": "generalist", "config": {"arm": "generalist"}},
            ],
            "seeds": [0, 1, 2, 3, 4],
            "tags": ["paper"],
        }
    )

    preset: str | None = Field(default=None, description="The preset that all arms start from.")
    config: dict[str, Any] = Field(
        default={}, description="A whole or partial RunConfig that all arms share; gates are automatic by default."
    )
    arms: list[ArmLaunch] = Field(
        default=[], max_length=MOST_RUNS, description="If empty, those of the preset, which then must have some."
    )
    seeds: list[Seed] = Field(
        min_length=1, max_length=MOST_RUNS, description="Seeds to run; they replace the configuration's seed."
    )
    tags: list[Tag] = Field(default=[], max_length=20)
    priority: Priority = 0
    worker_label: RunsOn = ""
    exporters: Exporters = None


class IntervalPublic(Answer):
    """An estimate with a confidence interval whose coverage was checked by simulation."""

    estimate: float
    low: float | None = Field(description="Null if there are too few seeds for an interval, or if all are equal.")
    high: float | None
    seeds: int = Field(description="Number of seeds (or pairs of seeds) used, of the task with the fewest.")


class ArmComparison(Answer):
    """One arm over its seeds. Runs that failed or were cancelled are counted but do not enter the estimates."""

    arm_name: str
    arm: Arm
    runs: tuple[int, ...] = Field(description="Ids of all its runs.")
    seeds: int = Field(description="Runs that succeeded and were evaluated: those that the estimates are based on.")
    ended: int = Field(description="Runs that have ended, successfully or not.")
    failed: int = Field(description="Runs that failed.")
    cancelled: int
    going_on: int
    failed_runs: tuple[int, ...] = Field(description="Ids of the runs that failed.")
    total_steps: int | None = Field(description="Mean budget of the evaluated runs; null if there are none yet.")
    spent_steps: int | None = Field(description="Mean environment steps spent by the evaluated runs.")
    continued: int = Field(
        default=0, description="Runs whose budget was raised after their result was seen, by continuing them."
    )
    mean: float | None
    std: float | None = Field(description="Sample standard deviation over seeds; null with fewer than two.")
    iqm: IntervalPublic | None = Field(description="Interquartile mean over seeds, stratified by task.")


class PairComparison(Answer):
    """Two arms, `ours` against `theirs`. An arm named `generalist` is always `theirs`."""

    ours: str
    theirs: str
    pairs: int = Field(description="Seeds that both arms have results for on the same task.")
    difference: IntervalPublic | None = Field(description="Mean of ours minus theirs over the pairs.")
    probability_of_improvement: IntervalPublic | None = Field(
        description="Probability that a run of ours beats a run of theirs; ties count one half."
    )
    reason: str = Field(description="Why a value is null.")


class ComparisonPublic(Answer):
    """The comparison of an experiment's arms, based on the runs that have ended so far."""

    experiment_id: int | None = Field(default=None, description="Null for groups of runs outside one experiment.")
    metric: ComparedMetric
    source: ComparedSource
    confidence: float
    tasks: tuple[str, ...] = Field(
        description="The tasks of its runs, usually one: suites, with the settings in which runs differ."
    )
    arms: tuple[ArmComparison, ...]
    pairs: tuple[PairComparison, ...]
    warnings: tuple[str, ...] = Field(description="Example: the arms did not spend the same number of steps.")
    least_seeds: int = Field(description="Smallest number of seeds (or pairs) for which means get an interval.")
    least_seeds_improvement: int = Field(description="The same for the probability of improvement.")


class BinItem(Answer):
    """A run or an experiment that was deleted and can be restored."""

    kind: Literal["run", "experiment"]
    id: int
    name: str
    owner: str
    project_id: int | None
    project_name: str | None
    deleted_at: datetime
    deleted_by: str
    gone_at: datetime = Field(description="When it is deleted for good.")
    runs: int = Field(description="Of an experiment: runs that are restored with it.")
