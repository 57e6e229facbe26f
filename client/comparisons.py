"""What the API says of an experiment's arms."""

from typing import Literal

from client.answer import Answer
from gsl.config.run import Arm

ComparedMetric = Literal["score", "return", "success"]
ComparedSource = Literal["evaluation", "held_out"]


class Interval(Answer):
    """Bounds are None where the seeds are too few for them, or all equal; `seeds` None: the server is an older one."""

    estimate: float
    low: float | None
    high: float | None
    seeds: int | None = None


class ArmComparison(Answer):
    """One arm over its seeds: `seeds` ended well and were measured; those that `failed` enter no figure."""

    arm_name: str
    arm: Arm
    runs: tuple[int, ...]
    seeds: int
    ended: int
    failed: int
    cancelled: int
    going_on: int
    failed_runs: tuple[int, ...]
    spent_steps: int | None
    mean: float | None
    std: float | None
    iqm: Interval | None


class PairComparison(Answer):
    """Ours minus theirs, paired by seed; `reason` says what is missing where a figure is None."""

    ours: str
    theirs: str
    pairs: int
    difference: Interval | None
    probability_of_improvement: Interval | None
    reason: str


class Comparison(Answer):
    experiment_id: int
    metric: ComparedMetric
    source: ComparedSource
    confidence: float
    tasks: tuple[str, ...]
    arms: tuple[ArmComparison, ...]
    pairs: tuple[PairComparison, ...]
    warnings: tuple[str, ...]
