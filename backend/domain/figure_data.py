"""The data of figures: frozen and typed, between the database's rows and Plotly."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from gsl.method import curves
from gsl.method.changes import Measurement
from gsl.protocol.jobs import Phase, Purpose
from gsl.protocol.reports import Source

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
Metric = Literal["return", "success"]
Role = Literal["generalist", "specialist", "finetune"]


@dataclass(frozen=True, eq=False)
class Scores:
    """Mean returns and success rates, NaN if missing; shapes (n,)."""

    returns: FloatArray
    success: FloatArray

    def of(self, metric: Metric) -> FloatArray:
        return self.returns if metric == "return" else self.success


@dataclass(frozen=True, eq=False)
class Curve:
    """One job's training curve; `steps` are environment steps of the run: where the job branched off plus its own.

    Each point is an epoch or, in long runs, the mean of a `stretch` of epochs, whose last one it is named by.
    """

    key: str
    role: Role
    index: int
    start_steps: int
    epochs: IntArray
    steps: IntArray
    scores: Scores
    stretch: int = 1


def rose_later(curve: Curve | None, metric: Metric, start_epoch: int, detected_epoch: int) -> bool | None:
    """Whether the curve rose after a plateau, by the definition of criterion H's benchmark.

    None if the curve is missing or does not reach beyond the detection.
    """
    if curve is None or len(curve.epochs) == 0 or int(curve.epochs[-1]) <= detected_epoch:
        return None
    smoothed = curves.smoothed_whole(curve.scores.of(metric))
    if np.isnan(smoothed).any():
        return None
    start, detected = np.searchsorted(curve.epochs, [start_epoch, detected_epoch])
    return curves.rose_later(smoothed, int(start), int(detected))


@dataclass(frozen=True, eq=False)
class MetricSeries:
    """One metric over one job, from the epochs that report it; NaN where it was not finite. Arrays of shape (n,)."""

    metric: str
    job_id: int
    key: str
    role: Role
    index: int
    epochs: IntArray
    steps: IntArray  # environment steps of the run
    values: FloatArray


@dataclass(frozen=True)
class EvaluationPoint:
    """Means over the variations of one evaluation; None if the suite has no such value."""

    key: str
    role: Role
    source: Source
    epoch: int
    steps: int
    variations: int
    mean_return: float | None
    success_rate: float | None
    mark: str = ""  # empty if the evaluation is complete

    def of(self, metric: Metric) -> float | None:
        return self.mean_return if metric == "return" else self.success_rate


@dataclass(frozen=True)
class PlateauMark:
    """One detection of criterion H on the run's own axis of environment steps."""

    key: str
    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float
    margin: float
    window: int
    metric: Metric
    rise_bound: float | None = None
    rose_later: bool | None = None  # known only for baselines, which keep training after a plateau


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """Everything the learning curve shows of one run."""

    curves: tuple[Curve, ...]
    evaluations: tuple[EvaluationPoint, ...]
    plateaus: tuple[PlateauMark, ...]
    total_steps: int
    sigma: float  # epochs, the smoothing of criterion H


@dataclass(frozen=True, eq=False)
class VariationScores:
    """Scores by variation at one epoch; arrays of shape (variations,)."""

    title: str
    role: Role
    source: Source
    variations: IntArray
    episodes: IntArray
    scores: Scores
    mark: str = ""  # of an evaluation that is not complete


@dataclass(frozen=True, eq=False)
class Snapshots:
    """Several snapshots of one run, with the range of returns that is normalised to 0 to 1."""

    panels: tuple[VariationScores, ...]
    names: dict[int, str]
    score_range: tuple[float, float]


@dataclass(frozen=True, eq=False)
class VariationProgress:
    """Scores of each variation over training, by one metric."""

    variations: IntArray
    names: dict[int, str]
    starts: IntArray  # (columns,) environment steps of the run before each column
    ends: IntArray  # (columns,) and after it
    roles: tuple[Role, ...]  # (columns,)
    scores: FloatArray  # (variations, columns), NaN if unknown
    source: Source
    score_range: tuple[float, float]

    def only(self, chosen: frozenset[int] | None) -> "VariationProgress":
        """Of the chosen variations; None chooses all."""
        if chosen is None:
            return self
        rows = np.flatnonzero([int(variation) in chosen for variation in self.variations])
        return replace(self, variations=self.variations[rows], scores=self.scores[rows])


@dataclass(frozen=True, eq=False)
class Measured:
    """Estimates for each variation from some episodes, NaN if there were none; arrays of shape (variations,)."""

    scores: Scores
    episodes: FloatArray
    deviations: FloatArray  # of an episode's return
    mark: str = ""  # of an evaluation that is not complete

    @property
    def known(self) -> bool:
        return bool(self.episodes.any())

    def of(self, metric: Metric) -> Measurement:
        return Measurement(self.episodes, self.scores.of(metric), self.deviations)


@dataclass(frozen=True, eq=False)
class PairedScores:
    """The same variations before specialists and after fine-tuning; arrays of shape (variations,)."""

    variations: IntArray
    names: dict[int, str]
    before: Measured
    after: Measured
    specialised: frozenset[int]
    final: bool  # whether `after` is the last evaluation, or one during fine-tuning
    fresh: bool  # whether `before` is independent of the evaluation that selected the variations


@dataclass(frozen=True, eq=False)
class SpecialistSeries:
    """One specialist's training, and the generalist's mean on its variations; `fresh` if that is independent."""

    curve: Curve
    status: str
    variations: tuple[str, ...]
    baseline_return: float | None
    baseline_success: float | None
    fresh: bool = False

    def baseline(self, metric: Metric) -> float | None:
        return self.baseline_return if metric == "return" else self.baseline_success


@dataclass(frozen=True, eq=False)
class Demonstrated:
    """Episodes kept and tried for each variation in every cycle, specialists' variations first; shapes (n,)."""

    names: tuple[str, ...]
    specialists: IntArray  # index of the specialist, 0 for the generalist
    cycles: IntArray
    kept: IntArray
    tried: IntArray
    means: FloatArray  # mean return of the kept episodes, NaN if there are none


@dataclass(frozen=True)
class Spent:
    """Environment steps of one phase and purpose."""

    phase: Phase
    purpose: Purpose
    steps: int


@dataclass(frozen=True)
class LedgerTotals:
    """Environment steps spent so far, against the budget; the critical path counts specialists once."""

    spent: tuple[Spent, ...]
    total_steps: int
    critical_path_steps: int
    measured_steps: int = 0  # outside the total


@dataclass(frozen=True, eq=False)
class VariationSpent:
    """Environment steps by phase and purpose and by variation, shapes (kinds, variations).

    `exact` is the part of them that the ledger has by variation; the rest is shared out. `unknown` cannot be.
    """

    variations: IntArray
    names: dict[int, str]
    kinds: tuple[tuple[Phase, Purpose], ...]
    steps: FloatArray
    exact: FloatArray
    unknown: int
