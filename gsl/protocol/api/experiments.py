"""Experiments: arms x seeds launched at once, and what their comparison says."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gsl.config.run import Arm
from gsl.protocol.api.base import Schema, example
from gsl.protocol.api.runs import Tag

MOST_RUNS = 100  # one launch may begin
ArmName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
ComparedMetric = Literal["score", "return", "success"]
ComparedSource = Literal["evaluation", "held_out"]


class ArmLaunch(Schema):
    """One arm: what it changes in the configuration that all arms share."""

    name: ArmName
    config: dict[str, Any] = Field(default={}, description="Parts of a RunConfig, laid over the shared one.")


class ExperimentLaunch(Schema):
    """Arms x seeds of one question, launched all together or not at all."""

    model_config = example(
        {
            "preset": "forkmaze",
            "config": {"gate": {"mode": "auto"}},
            "arms": [
                {"name": "DAPG", "config": {}},
                {"name": "no demonstrations", "config": {"guide": {"name": "none"}}},
                {"name": "generalist", "config": {"arm": "generalist"}},
            ],
            "seeds": [0, 1, 2, 3, 4],
            "tags": ["paper"],
        }
    )

    preset: str | None = Field(default=None, description="All arms start from it.")
    config: dict[str, Any] = Field(default={}, description="A RunConfig, whole or in part, that all arms share.")
    arms: list[ArmLaunch] = Field(min_length=1, max_length=MOST_RUNS)
    seeds: list[Seed] = Field(min_length=1, max_length=MOST_RUNS, description="In place of the configuration's seed.")
    tags: list[Tag] = Field(default=[], max_length=20)


class IntervalPublic(Schema):
    """An estimate with an interval that covers as often as it claims, by simulation."""

    estimate: float
    low: float | None = Field(description="Null where the seeds are too few for an interval, or all equal.")
    high: float | None
    seeds: int = Field(description="Seeds (or pairs of them) that it is made of; of the task that has fewest.")


class ArmComparison(Schema):
    """One arm over its seeds. Runs that did not end well are counted here and enter no figure."""

    arm_name: str
    arm: Arm
    runs: list[int] = Field(description="Ids of all its runs.")
    seeds: int = Field(description="Runs that ended well and were measured: what the figures are made of.")
    ended: int = Field(description="Runs that ended, well or not.")
    failed: int = Field(description="Runs that failed.")
    cancelled: int
    going_on: int
    failed_runs: list[int] = Field(description="Ids of those that failed.")
    total_steps: int | None = Field(description="Mean budget of the measured runs; null while there are none.")
    spent_steps: int | None = Field(description="Mean environment steps that the measured runs spent, all counted.")
    mean: float | None
    std: float | None = Field(description="Sample standard deviation over seeds; null with fewer than two.")
    iqm: IntervalPublic | None = Field(description="Interquartile mean over seeds, stratified by task.")


class PairComparison(Schema):
    """Two arms: `ours` against `theirs`; an arm `generalist` is always theirs."""

    ours: str
    theirs: str
    pairs: int = Field(description="Seeds that both arms have measured on the same task.")
    difference: IntervalPublic | None = Field(description="Mean of ours minus theirs over the pairs.")
    probability_of_improvement: IntervalPublic | None = Field(
        description="How often a run of ours beats one of theirs, ties counting half."
    )
    reason: str = Field(description="What is missing where a figure is null.")


class ComparisonPublic(Schema):
    """What the experiment says so far."""

    experiment_id: int
    metric: ComparedMetric
    source: ComparedSource
    confidence: float
    tasks: list[str] = Field(description="Suites and settings of them that its runs differ in; usually one.")
    arms: list[ArmComparison]
    pairs: list[PairComparison]
    warnings: list[str] = Field(description="As: the arms did not spend equally many steps.")
    least_seeds: int = Field(description="From so many seeds (or pairs) on, means have an interval.")
    least_seeds_improvement: int = Field(description="The same, for the probability of improvement.")
