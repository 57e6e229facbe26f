"""What the API answers, as far as scripts and notebooks need it; newer servers may say more, which is passed over."""

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import ConfigDict

from client.answer import Answer as Answer
from client.comparisons import ArmComparison as ArmComparison
from client.comparisons import Comparison as Comparison
from client.comparisons import Interval as Interval
from client.comparisons import PairComparison as PairComparison
from gsl.config.run import Arm, RunConfig
from gsl.protocol.jobs import JobKind, JobStatus, Phase, Purpose, RunStatus
from gsl.protocol.lease import ArtifactRef
from gsl.protocol.reports import Outcome, Source

T = TypeVar("T")
Start = Literal["clone", "clone_fresh_head", "scratch"]


class Page(Answer, Generic[T]):
    items: tuple[T, ...]
    total: int


class Health(Answer):
    status: Literal["ok", "degraded"]
    version: str
    database: str
    broker: str
    live_workers: int


class Suite(Answer):
    name: str
    title: str
    runnable: bool
    workers: tuple[str, ...]
    install: str | None


class Preset(Answer):
    name: str
    title: str
    description: str
    group: str
    origins: dict[str, str]
    runnable: bool
    config: RunConfig


class Experiment(Answer):
    id: int
    name: str
    description: str
    runs: int


class PhaseProgress(Answer):
    phase: Phase
    state: Literal["pending", "active", "done", "skipped", "failed"]
    budget_steps: int
    spent_steps: int
    eta_seconds: float | None


class RunSummary(Answer):
    id: int
    name: str
    experiment_id: int | None
    suite: str
    arm: Arm
    arm_name: str
    baseline_of: int | None
    seed: int
    status: RunStatus
    cycle: int
    total_steps: int
    spent_steps: int
    measurement_steps: int
    eta_seconds: float | None
    mean_return: float | None
    score: float | None
    phases: tuple[PhaseProgress, ...]
    tags: tuple[str, ...]
    message: str
    imported: bool = False

    @property
    def ended(self) -> bool:
        return self.status in ("succeeded", "failed", "cancelled")


class Run(RunSummary):
    config: RunConfig
    notes: str
    warnings: tuple[str, ...]
    baseline_id: int | None


class Job(Answer):
    id: int
    run_id: int
    key: str
    kind: JobKind
    phase: Phase
    status: JobStatus
    attempt: int
    worker: str | None
    variations: tuple[int, ...]
    budget_steps: int
    start_steps: int
    steps: int
    measurement_steps: int
    epochs: int
    mean_return: float | None
    success_rate: float | None
    steps_per_second: float | None
    outcome: Outcome | None
    message: str
    error: str | None


class VariationEstimate(Answer):
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
    mark: str = ""


class Returns(Answer):
    epochs: tuple[int, ...]
    epoch: int | None
    cursor: int
    items: tuple[VariationEstimate, ...]


class Plateau(Answer):
    job_id: int
    start_epoch: int
    detected_epoch: int
    start_steps: int
    detected_steps: int
    value: float
    best_later: float
    rise_bound: float | None = None
    margin: float
    window: int
    metric: str
    rose_later: bool | None = None


class GateVariation(Answer):
    variation: int
    name: str
    episodes: int
    mean_return: float
    lower_bound: float
    success_rate: float | None
    upper_bound: float | None = None
    outlook: Literal["moving", "open", "hopeless"] | None = None


class GateEvidence(Answer):
    fired: Literal["plateau", "budget"]
    why: str
    plateau: Plateau | None
    mean_return: float
    success_rate: float | None
    variations: tuple[GateVariation, ...]
    spent_steps: int
    left_steps: int
    rounds: int | None
    rounds_asked: int | None
    mark: str = ""
    continue_steps: int | None


class GateProposal(Answer):
    partition: tuple[tuple[int, ...], ...]
    specialist_steps: int
    start: Start


class SpecialistPlan(Answer):
    """What a specialist's job makes of its steps: whole epochs, beside what it keeps for its last evaluation."""

    budget_steps: int
    training_steps: int
    evaluation_steps: int


class Gate(Answer):
    id: int
    run_id: int
    cycle: int
    status: Literal["open", "approved", "rejected"]
    mode: Literal["ask", "auto"]
    evidence: GateEvidence
    proposal: GateProposal
    decision: GateProposal | None
    plan: tuple[SpecialistPlan, ...]
    action: Literal["approve", "continue", "stop"] | None
    decided_by: str | None
    reason: str


class LedgerRow(Answer):
    phase: Phase
    job_key: str
    purpose: Purpose
    steps: int


class Ledger(Answer):
    rows: tuple[LedgerRow, ...]
    by_phase: dict[str, int]
    by_purpose: dict[str, int]
    total_steps: int
    spent_steps: int
    measured_steps: int
    left_steps: int
    critical_path_steps: int


class Event(Answer):
    id: int
    run_id: int | None
    job_id: int | None
    at: datetime
    who: str
    what: str
    detail: str


class FigureInfo(Answer):
    name: str
    title: str
    description: str
    ready: bool


class Artifact(ArtifactRef):
    """A stored file with where it belongs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: int
    job_id: int


class Worker(Answer):
    name: str
    device: str
    suites: tuple[str, ...]
    live: bool
    job_id: int | None
    speeds: dict[str, float]


class Waiting(Answer):
    """Queued jobs of one suite, the runs that wait for them, and the live workers that could do them."""

    suite: str
    jobs: int
    runs: tuple[int, ...]
    workers: tuple[str, ...]
    message: str


class Queue(Answer):
    queued: tuple[Job, ...]
    running: tuple[Job, ...]
    waiting: tuple[Waiting, ...]


class BudgetPreview(Answer):
    phases: tuple[PhaseProgress, ...]
    jobs: int
    finetune_steps: int
    eta_seconds: float | None


class Change(Answer):
    """Something changed: what kind of thing, and whose; the data itself comes from the other calls."""

    what: str
    run_id: int | None
    worker: str | None
