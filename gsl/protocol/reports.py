"""What a trainer says: the wire types between worker and backend.

A trainer appends reports to its spool in order; the worker posts them in that order; the backend stores them
idempotently by (job, epoch, ...), so a resent report changes nothing. Non-finite numbers travel as null.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["training", "evaluation", "held_out"]
Outcome = Literal["plateau", "budget", "solved", "completed"]


class Wire(BaseModel):
    """Immutable wire type; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VariationReturn(Wire):
    """Finished episodes of one variation: raw returns, before any reward normalisation."""

    variation: int
    episodes: int = Field(ge=1)
    mean_return: float | None
    std_return: float | None = Field(description="Sample standard deviation; null for a single episode.")
    success_rate: float | None = Field(description="Null where the suite has no success signal.")
    mean_length: float = Field(description="Environment steps.")


class VariationFeatures(Wire):
    """What a policy makes of one variation: its mean features over the steps played there."""

    variation: int
    features: tuple[float, ...] = Field(max_length=16, description="Reduced by a fixed random projection.")


class PlateauReport(Wire):
    """Criterion H held: what it saw. Epochs count from 1 within the job."""

    start_epoch: int = Field(description="t*: the epoch that no later one of the window beats.")
    detected_epoch: int = Field(description="T: the epoch at which that became known.")
    value: float = Field(description="Smoothed figure at t*.")
    best_later: float = Field(description="Highest smoothed figure after t* in the window.")
    rise_bound: float | None = Field(
        default=None,
        description="Upper confidence bound of the trend's rise within the window; null where only smoothed figures "
        "counted.",
    )
    margin: float = Field(description="Margin in the figure's own unit.")
    window: int = Field(description="Epochs.")
    metric: Literal["return", "success"]


class StartedReport(Wire):
    """The trainer begins, or goes on after `epoch` finished ones; later epochs known of this job are void."""

    type: Literal["started"] = "started"
    epoch: int = Field(ge=0)
    device: str
    num_envs: int


class EpochReport(Wire):
    """One rollout and the updates on it."""

    type: Literal["epoch"] = "epoch"
    epoch: int = Field(ge=1)
    steps: int = Field(ge=0, description="Environment steps of this epoch, for training alone.")
    job_steps: int = Field(ge=0, description="Counted environment steps of this job so far: no measurements.")
    seconds: float = Field(ge=0)
    episodes: int = Field(ge=0)
    mean_return: float | None = Field(description="Over the epoch's finished episodes; null when none finished.")
    success_rate: float | None
    mean_length: float | None
    metrics: dict[str, float | None] = Field(description="The learner's diagnostics, as entropy or approx_kl.")
    returns: tuple[VariationReturn, ...] = ()
    plateau: PlateauReport | None = None


class EvaluationReport(Wire):
    """Fresh episodes of the policy after `epoch`; `held_out` returns come from held-out variations only.

    It goes in rounds of one episode a variation. Held-out variations are always measured in all rounds.
    """

    type: Literal["evaluation"] = "evaluation"
    epoch: int = Field(ge=0)
    steps: int = Field(ge=0, description="Environment steps that count: something is selected by what they say.")
    measurement_steps: int = Field(
        default=0, ge=0, description="Environment steps from which nothing is learned and nothing selected."
    )
    seconds: float = Field(ge=0)
    rounds: int | None = Field(
        default=None, ge=1, description="Episodes of each training variation; null: measured before they were counted."
    )
    rounds_asked: int | None = Field(default=None, ge=1, description="As many were asked for.")
    training: tuple[VariationReturn, ...]
    held_out: tuple[VariationReturn, ...] = ()
    features: tuple[VariationFeatures, ...] = Field(
        default=(), description="Of the training variations, where variations are clustered."
    )


class DemonstrationCount(Wire):
    variation: int
    kept: int = Field(ge=0)
    tried: int = Field(ge=0)
    mean_return: float | None = Field(description="Of the kept episodes.")


class DemonstrationsReport(Wire):
    """What a demonstrations job kept of what it tried."""

    type: Literal["demonstrations"] = "demonstrations"
    steps: int = Field(ge=0)
    seconds: float = Field(ge=0)
    counts: tuple[DemonstrationCount, ...]


class ArtifactReport(Wire):
    """A file to upload once everything before it in the spool has arrived. Never posted itself."""

    type: Literal["artifact"] = "artifact"
    kind: Literal["checkpoint", "best", "demonstrations", "picture"]
    name: str
    epoch: int = Field(ge=0)
    path: str = Field(description="Relative to the job's folder.")


Report = Annotated[StartedReport | EpochReport | EvaluationReport | DemonstrationsReport, Field(discriminator="type")]
SpoolLine = Annotated[
    StartedReport | EpochReport | EvaluationReport | DemonstrationsReport | ArtifactReport, Field(discriminator="type")
]


class JobResult(Wire):
    """How a job that ended well ended."""

    outcome: Outcome
    epochs: int = Field(ge=0)
    steps: int = Field(ge=0, description="Counted environment steps of the job: no measurements.")
    best_epoch: int | None = None
    message: str = ""
