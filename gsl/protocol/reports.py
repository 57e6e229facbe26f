"""Reports of a trainer: the wire types between worker and backend.

A trainer appends reports to its spool, the worker sends them in that order, and the backend stores them by (job,
epoch, ...), so that a repeated report changes nothing. Non-finite numbers are sent as null.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["training", "evaluation", "held_out"]
Outcome = Literal["plateau", "budget", "solved", "completed"]
MAX_METRICS = 200
"""Most diagnostics of one epoch; learner and guide have about twenty."""
MOST_PLACES = 2000
"""Most episodes of a trial; see `gsl.config.sampling.TrialSettings`."""
MOST_CHANGED = 200
"""Most changed files that are named for one package."""
MOST_DIFFERENCE = 65_536
"""Most characters of one package's uncommitted difference."""

# What any column can hold, and far more than any trainer reaches; the job's own limits are checked when reports arrive.
Counted = Annotated[int, Field(ge=0, le=2**31 - 1)]
Variation = Annotated[int, Field(ge=0, le=2**53)]
Steps = Annotated[int, Field(ge=0, le=2**53)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Seconds = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Wire(BaseModel):
    """Immutable wire type; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VariationReturn(Wire):
    """The finished episodes of one variation: raw returns, before any reward normalisation."""

    variation: Variation
    episodes: Counted = Field(ge=1)
    mean_return: float | None
    std_return: float | None = Field(ge=0, description="Sample standard deviation; null for a single episode.")
    success_rate: Rate | None = Field(description="Null if the suite has no success signal.")
    mean_length: float = Field(ge=0, description="Environment steps.")


class PlaceReturn(Wire):
    """The episodes with one place in their trials, over all variations, which count the same."""

    variations: Counted = Field(ge=1, description="How many were played.")
    mean_return: float | None
    std_return: float | None = Field(ge=0, description="Sample standard deviation between variations' mean returns.")
    success_rate: Rate | None = Field(description="Null if the suite has no success signal.")


class TrialReturns(Wire):
    """Returns by episode of the trial, on the training variations and the held-out ones."""

    training: tuple[PlaceReturn, ...] = Field(max_length=MOST_PLACES)
    held_out: tuple[PlaceReturn, ...] = Field(default=(), max_length=MOST_PLACES)


class VariationFeatures(Wire):
    """The policy's mean features over the steps played on one variation."""

    variation: Variation
    features: tuple[float, ...] = Field(max_length=16, description="Reduced by a fixed random projection.")


class PlateauReport(Wire):
    """A plateau detected by criterion H, with its evidence. Epochs count from 1 within the job."""

    start_epoch: int = Field(
        ge=-(2**31), lt=2**31, description="t*: the epoch that no later epoch of the window exceeds."
    )
    detected_epoch: Counted = Field(description="T: the epoch at which this was detected.")
    value: float = Field(description="Smoothed value at t*.")
    best_later: float = Field(description="Highest smoothed value after t* in the window.")
    rise_bound: float | None = Field(
        default=None,
        description="Upper confidence bound of the trend's rise within the window; null if only smoothed values "
        "were used.",
    )
    margin: float = Field(description="Margin in the unit of the values.")
    window: Counted = Field(description="Epochs.")
    metric: Literal["return", "success"]


class StartedReport(Wire):
    """The trainer starts, or resumes after `epoch` finished epochs; later epochs of this job are discarded."""

    type: Literal["started"] = "started"
    epoch: Counted
    device: Name
    num_envs: Counted


class SourceState(Wire):
    """The code of one package as it lay on the worker: GSL Lab itself, or what a suite, learner or guide comes from."""

    package: Name
    version: str = Field(max_length=200, description="Empty if it is not installed as a package.")
    folder: str = Field(max_length=1000, description="On the worker's machine.")
    commit: str | None = Field(
        max_length=64, description="The commit that was checked out, or that pip installed; null if none is known."
    )
    changed: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_CHANGED,
        description="Files that differ from the commit, relative to the repository.",
    )
    difference: str = Field(
        default="", max_length=MOST_DIFFERENCE, description="How source files differ from the commit, as git shows it."
    )
    cut: bool = Field(default=False, description="Whether there are more changed files, or more of the difference.")
    note: str = Field(default="", max_length=1000, description="What could not be recorded, and why.")


class ProvenanceReport(Wire):
    """What this job is made with, from `epoch` on. It follows the `StartedReport` of the same epoch.

    It holds neither environment variables nor anything else that looks like a secret.
    """

    type: Literal["provenance"] = "provenance"
    epoch: Counted
    command: str = Field(max_length=10_000, description="Command line of the trainer.")
    seeds: dict[Name, Seed] = Field(max_length=100)
    machine: Name
    system: Name = Field(description="Operating system and its release.")
    python: Name
    processor: Name
    device: Name = Field(description="What networks run on: cpu, or the GPU's name.")
    driver: str = Field(max_length=200, description="GPU driver and CUDA; empty on a CPU.")
    packages: dict[Name, Name] = Field(max_length=5000, description="Installed Python packages and their versions.")
    sources: tuple[SourceState, ...] = Field(max_length=100)


SystemMetric = Literal[
    "system_memory",
    "system_memory_peak",
    "system_processor",
    "system_gpu_memory",
    "system_gpu_memory_peak",
    "system_gpu_use",
]
"""What a trainer takes of its machine; described in gsl.protocol.metrics."""


class EpochReport(Wire):
    """One rollout and the updates on it."""

    type: Literal["epoch"] = "epoch"
    epoch: Counted = Field(ge=1)
    steps: Steps = Field(description="Environment steps of this epoch, for training only.")
    job_steps: Steps = Field(description="Environment steps of this job so far, without measurements.")
    seconds: Seconds
    episodes: Counted
    mean_return: float | None = Field(description="Over the episodes finished in this epoch; null if there were none.")
    success_rate: Rate | None
    mean_length: float | None
    metrics: dict[Name, float | None] = Field(
        max_length=MAX_METRICS, description="The learner's diagnostics, such as entropy or approx_kl."
    )
    system: dict[SystemMetric, Annotated[float, Field(ge=0)]] = Field(
        default={},
        description="What the trainer's process and its children took of the machine at the end of the epoch. As the "
        "seconds, it is no part of what is learned.",
    )
    returns: tuple[VariationReturn, ...] = ()
    plateau: PlateauReport | None = None


class EvaluationReport(Wire):
    """An evaluation of the policy after `epoch`; `held_out` returns are those of held-out variations.

    It is made in rounds of one episode per variation. Held-out variations are always measured in all rounds.
    """

    type: Literal["evaluation"] = "evaluation"
    epoch: Counted
    steps: Steps = Field(description="Environment steps that count, because something is selected by their results.")
    measurement_steps: Steps = Field(
        default=0, description="Environment steps from which nothing is learned or selected."
    )
    seconds: Seconds
    rounds: Counted | None = Field(
        default=None, ge=1, description="Episodes of each training variation; null if made before rounds were counted."
    )
    rounds_asked: Counted | None = Field(default=None, ge=1, description="Number of rounds requested.")
    training: tuple[VariationReturn, ...]
    held_out: tuple[VariationReturn, ...] = ()
    trial: TrialReturns | None = Field(default=None, description="Null for a learner without memory.")
    features: tuple[VariationFeatures, ...] = Field(
        default=(), description="Features of the training variations, if variations are clustered."
    )


class DemonstrationCount(Wire):
    variation: Variation
    kept: Counted
    tried: Counted
    mean_return: float | None = Field(description="Mean return of the kept episodes.")


class DemonstrationsReport(Wire):
    """The episodes that a demonstrations job kept, of those it tried."""

    type: Literal["demonstrations"] = "demonstrations"
    steps: Steps
    seconds: Seconds
    counts: tuple[DemonstrationCount, ...]


class WatchedEpisode(Wire):
    """An episode that a video shows."""

    total: float | None = Field(description="Its return, raw and undiscounted.")
    length: Counted = Field(description="Environment steps.")
    success: bool | None = Field(description="Null if the suite has no success signal.")


class VideoReport(Wire):
    """The episodes that a video shows; its files follow."""

    type: Literal["video"] = "video"
    steps: Steps = Field(description="Environment steps, from which nothing is learned or selected.")
    seconds: Seconds
    episodes: tuple[WatchedEpisode, ...] = Field(min_length=1, max_length=100)


class ArtifactReport(Wire):
    """A file to upload once everything before it in the spool has arrived. Not sent itself."""

    type: Literal["artifact"] = "artifact"
    kind: Literal["checkpoint", "best", "demonstrations", "picture", "video", "trace"]
    name: str
    epoch: int = Field(ge=0)
    path: str = Field(description="Relative to the job's folder.")


Report = Annotated[
    StartedReport | ProvenanceReport | EpochReport | EvaluationReport | DemonstrationsReport | VideoReport,
    Field(discriminator="type"),
]
SpoolLine = Annotated[
    StartedReport
    | ProvenanceReport
    | EpochReport
    | EvaluationReport
    | DemonstrationsReport
    | VideoReport
    | ArtifactReport,
    Field(discriminator="type"),
]


class JobResult(Wire):
    """The result of a job that succeeded."""

    outcome: Outcome
    epochs: Counted
    steps: Steps = Field(description="Environment steps of the job, without measurements.")
    best_epoch: Counted | None = None
    message: str = Field(default="", max_length=20_000)
