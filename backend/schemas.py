"""What the REST API answers: one model for each thing the page, a script or a notebook sees."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gsl.config import RunConfig
from gsl.jobs import JobKind, JobStatus, Phase, Purpose, RunStatus
from gsl.reports import Outcome, Source

T = TypeVar("T")
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int = Field(description="How many there are on all pages.")
    limit: int
    offset: int


class FieldError(Schema):
    field: str = Field(description="Dotted path of the wrong field, as config.suite.goals.")
    message: str = Field(description="What would be right.")


class Problem(Schema):
    """An error as RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class Health(Schema):
    status: Literal["ok", "degraded"]
    version: str
    database: str = Field(description="ok, or what is wrong.")
    broker: str = Field(description="ok, or what is wrong.")
    live_workers: int


class SuiteInfo(Schema):
    name: str
    title: str
    description: str
    has_success: bool
    runnable: bool = Field(description="Whether a live worker can run it.")
    settings: dict[str, Any] = Field(description="JSON schema of the suite's settings.")


class PresetInfo(Schema):
    name: str
    title: str
    description: str
    runnable: bool
    config: RunConfig


class ExperimentCreate(Schema):
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)


class ExperimentPublic(ExperimentCreate):
    id: int
    created_at: datetime
    runs: int


class RunCreate(Schema):
    name: str = Field(default="", max_length=200, description="Empty gets one from suite, arm and seed.")
    preset: str | None = Field(default=None, description="Start from this preset; `config` then changes parts of it.")
    config: dict[str, Any] = Field(default={}, description="A RunConfig, whole or, beside a preset, in part.")
    experiment_id: int | None = None
    notes: str = Field(default="", max_length=20_000)
    tags: list[Tag] = Field(default=[], max_length=20)


class RunUpdate(Schema):
    name: str | None = Field(default=None, min_length=1, max_length=200)
    notes: str | None = Field(default=None, max_length=20_000)
    tags: list[Tag] | None = Field(default=None, max_length=20)


class PhaseProgress(Schema):
    phase: Phase
    state: Literal["pending", "active", "done", "skipped", "failed"]
    budget_steps: int
    spent_steps: int
    eta_seconds: float | None = Field(description="Null when no speed was measured yet.")


class RunSummary(Schema):
    id: int
    name: str
    experiment_id: int | None
    experiment_name: str | None
    suite: str
    arm: Literal["gsl", "generalist"]
    seed: int
    status: RunStatus
    cycle: int
    total_steps: int
    spent_steps: int = Field(description="By the ledger, everything counted.")
    eta_seconds: float | None
    mean_return: float | None = Field(description="Latest mean training return of generalist or fine-tuned generalist.")
    score: float | None = Field(description="Latest evaluation: success rate, or normalised return.")
    sparkline: list[float | None] = Field(description="At most 40 mean returns over training.")
    phases: list[PhaseProgress]
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    message: str = Field(description="What the run waits for, or why it ended.")


class RunPublic(RunSummary):
    config: RunConfig
    notes: str
    warnings: list[str] = Field(description="As: specialist 3 failed, going on with 6 of 7.")
    wish: Literal["run", "pause", "cancel"]
    gate_id: int | None = Field(description="The latest gate.")


class JobPublic(Schema):
    id: int
    run_id: int
    key: str
    kind: JobKind
    phase: Phase
    cycle: int
    index: int
    status: JobStatus
    attempt: int
    worker: str | None
    device: str | None
    variations: list[int]
    budget_steps: int
    start_steps: int = Field(
        description="What the run had spent when the job was queued; where its curve branches off."
    )
    steps: int
    epochs: int
    mean_return: float | None
    success_rate: float | None
    steps_per_second: float | None
    eta_seconds: float | None
    outcome: Outcome | None
    message: str
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class VariationReturnPublic(Schema):
    job_id: int
    epoch: int
    variation: int
    name: str
    source: Source
    episodes: int
    mean_return: float | None
    std_return: float | None
    success_rate: float | None
    mean_length: float


class ReturnsPublic(Schema):
    """Returns by variation: the latest estimates, or those of one epoch."""

    epochs: list[int] = Field(description="Epochs that have returns of this source and job, for a slider; at most 500.")
    epoch: int | None
    cursor: int = Field(description="Pass as `after` to get only what came later.")
    items: list[VariationReturnPublic]


class PlateauPublic(Schema):
    id: int
    job_id: int
    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float
    best_later: float
    margin: float
    window: int
    metric: str
    created_at: datetime


class GateVariation(Schema):
    variation: int
    name: str
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None


class GateEvidence(Schema):
    """Frozen when the gate opened; never changes after."""

    fired: Literal["plateau", "budget"]
    why: str
    plateau: PlateauPublic | None
    mean_return: float
    success_rate: float | None
    variations: list[GateVariation] = Field(description="Fresh evaluation of all training variations, lowest first.")
    spent_steps: int
    left_steps: int


class GateProposal(Schema):
    partition: list[list[int]] = Field(description="Variations of each specialist.")
    specialist_steps: int
    start: Literal["clone", "clone_fresh_head", "scratch"]


class GatePublic(Schema):
    id: int
    run_id: int
    cycle: int
    status: Literal["open", "approved", "rejected"]
    mode: Literal["ask", "auto"]
    reason_asked: Literal["specialists", "too_few_specialists"]
    evidence: GateEvidence
    proposal: GateProposal
    decision: GateProposal | None = Field(description="What was approved, edits included.")
    action: Literal["approve", "continue", "stop"] | None
    decided_by: str | None
    reason: str
    created_at: datetime
    decided_at: datetime | None


class GateApprove(Schema):
    """Edits are optional; what is left out is approved as proposed."""

    partition: list[list[int]] | None = None
    specialist_steps: int | None = Field(default=None, ge=1)
    start: Literal["clone", "clone_fresh_head", "scratch"] | None = None
    reason: str = Field(default="", max_length=2000)


class GateReject(Schema):
    action: Literal["continue", "stop"]
    reason: str = Field(default="", max_length=2000)


class LedgerRow(Schema):
    phase: Phase
    job_id: int
    job_key: str
    purpose: Purpose
    steps: int


class LedgerPublic(Schema):
    rows: list[LedgerRow]
    by_phase: dict[str, int]
    by_purpose: dict[str, int]
    total_steps: int
    spent_steps: int
    left_steps: int
    critical_path_steps: int = Field(description="Specialists run side by side, so only the longest counts.")


class EventPublic(Schema):
    id: int
    run_id: int | None
    job_id: int | None
    at: datetime
    who: str
    what: str
    detail: str


class FigureInfo(Schema):
    name: str
    title: str
    description: str
    ready: bool = Field(description="Whether the run has data for it yet.")


class FigurePublic(Schema):
    """A figure as Plotly takes it; numbers may be typed arrays (`dtype`, `bdata`)."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


class ArtifactPublic(Schema):
    id: int
    run_id: int
    job_id: int
    job_key: str
    kind: Literal["checkpoint", "best", "demonstrations", "picture", "log"]
    name: str
    epoch: int
    size: int
    sha256: str
    created_at: datetime


class WorkerPublic(Schema):
    name: str
    host: str
    device: str
    suites: list[str]
    version: str
    live: bool
    job_id: int | None
    run_id: int | None
    speeds: dict[str, float]
    last_seen: datetime


class QueuePublic(Schema):
    queued: list[JobPublic]
    running: list[JobPublic]


class BudgetPreview(Schema):
    """What a configuration's budget means before it is launched: POST /runs/preview."""

    phases: list[PhaseProgress]
    jobs: int
    finetune_steps: int
    eta_seconds: float | None = Field(description="From live workers' measured speed; null when none was measured.")
    steps_per_second: float | None


class Accepted(Schema):
    accepted: int = Field(description="How many reports were taken in.")


class LogSize(Schema):
    size: int = Field(description="Bytes of this attempt's log; go on from here.")
