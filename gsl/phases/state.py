"""What the state machine sees of a run and what it answers: frozen views, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gsl.jobs import ENDED, JobKind, JobSpec, JobStatus, RunStatus, Wish
from gsl.reports import Outcome, VariationReturn
from gsl.selection import Estimate

Start = Literal["clone", "clone_fresh_head", "scratch"]
ReasonAsked = Literal["specialists", "too_few_specialists"]


@dataclass(frozen=True)
class JobView:
    """A job as far as planning needs it; steps are environment steps of the job, everything counted."""

    key: str
    kind: JobKind
    status: JobStatus
    budget: int = 0
    spent: int = 0
    attempt: int = 0
    outcome: Outcome | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        return self.status in ("failed", "cancelled")

    @property
    def reason(self) -> str:
        """Why it failed: the last line of its error, which in a traceback names the exception."""
        lines = (self.error or "").strip().splitlines()
        return lines[-1] if lines else "no reason was given"

    @property
    def committed(self) -> int:
        """Steps that are gone or promised."""
        return self.spent if self.ended else max(self.budget, self.spent)


@dataclass(frozen=True)
class Proposal:
    """Who the specialists are: the variations of each, what each may spend, how it starts."""

    partition: tuple[tuple[int, ...], ...]
    specialist_steps: int
    start: Start


@dataclass(frozen=True)
class GateView:
    """A gate; `segment` is the n of the generalist segment that led to it."""

    segment: int
    status: Literal["open", "approved", "rejected"]
    cycle: int = 1
    reason_asked: ReasonAsked = "specialists"
    action: Literal["approve", "continue", "stop"] | None = None
    decision: Proposal | None = None


@dataclass(frozen=True)
class RunState:
    """Everything `plan` may know. `evaluations`: fresh training-variation returns, by key of the evaluation job."""

    jobs: tuple[JobView, ...] = ()
    gates: tuple[GateView, ...] = ()
    evaluations: Mapping[str, tuple[VariationReturn, ...]] = field(default_factory=dict)
    wish: Wish = "run"

    def job(self, key: str) -> JobView | None:
        return next((job for job in self.jobs if job.key == key), None)

    def gate(self, segment: int, reason_asked: ReasonAsked) -> GateView | None:
        found = (g for g in self.gates if (g.segment, g.reason_asked) == (segment, reason_asked))
        return next(found, None)

    def keys(self, *statuses: JobStatus) -> tuple[str, ...]:
        return tuple(job.key for job in self.jobs if job.status in statuses)

    def keys_of(self, kind: JobKind, status: JobStatus) -> tuple[str, ...]:
        return tuple(job.key for job in self.jobs if (job.kind, job.status) == (kind, status))

    @property
    def spent(self) -> int:
        return sum(job.spent for job in self.jobs)

    @property
    def committed(self) -> int:
        return sum(job.committed for job in self.jobs)


@dataclass(frozen=True)
class GateOpening:
    """A gate to open, with its evidence; `mode` auto means that it is approved as proposed at once."""

    segment: int
    mode: Literal["ask", "auto"]
    fired: Literal["plateau", "budget"]
    why: str
    generalist: str
    evaluation: str
    estimates: tuple[Estimate, ...]
    mean_return: float
    success_rate: float | None
    proposal: Proposal
    spent_steps: int
    left_steps: int
    cycle: int = 1
    reason_asked: ReasonAsked = "specialists"


@dataclass(frozen=True)
class Plan:
    """What comes next: new `jobs`; `requeue`, `hold`, `withdraw` name jobs to become queued, paused, cancelled."""

    status: RunStatus
    message: str
    jobs: tuple[JobSpec, ...] = ()
    gate: GateOpening | None = None
    warnings: tuple[str, ...] = ()
    requeue: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
