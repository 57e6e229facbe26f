"""Input and output of the state machine: immutable views of a run's jobs and gates, and the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gsl.method.outlook import History
from gsl.method.selection import Estimate
from gsl.phases import keys
from gsl.protocol.jobs import ENDED, DesiredState, JobKind, JobSpec, JobStatus, RunStatus
from gsl.protocol.reports import DemonstrationCount, Outcome, VariationReturn
from gsl.protocol.rounds import Rounds

Features = Mapping[int, tuple[float, ...]]
Start = Literal["clone", "clone_fresh_head", "scratch"]
ReasonAsked = Literal["specialists", "too_few_specialists"]


@dataclass(frozen=True)
class JobView:
    """What planning needs to know about a job; `spent` are its environment steps without measurements."""

    key: str
    kind: JobKind
    status: JobStatus
    budget: int = 0
    spent: int = 0
    attempt: int = 0
    outcome: Outcome | None = None
    error: str | None = None
    demonstrated: tuple[DemonstrationCount, ...] | None = None  # kept and tried episodes; None for other jobs

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def failed(self) -> bool:
        return self.status in ("failed", "cancelled")

    @property
    def reason(self) -> str:
        """Why it failed: the last line of its error, which in a traceback is the exception."""
        lines = (self.error or "").strip().splitlines()
        return lines[-1] if lines else "no reason given"

    @property
    def committed(self) -> int:
        """Steps that are spent or still in its budget."""
        return self.spent if self.ended else max(self.budget, self.spent)


@dataclass(frozen=True)
class Proposal:
    """The specialists: the variations of each, the steps of each, and how they start."""

    partition: tuple[tuple[int, ...], ...]
    specialist_steps: int
    start: Start


@dataclass(frozen=True)
class GateView:
    """A gate; `segment` is the number, within the cycle, of the generalist's segment that led to it."""

    segment: int
    status: Literal["open", "approved", "rejected"]
    cycle: int = 1
    reason_asked: ReasonAsked = "specialists"
    action: Literal["approve", "continue", "stop"] | None = None
    decision: Proposal | None = None


@dataclass(frozen=True)
class Continuation:
    """Further training of a run that had succeeded: `steps` more, so that the run's total is `total_steps`."""

    number: int  # from 1
    steps: int
    total_steps: int


@dataclass(frozen=True)
class ScriptView:
    """The script of a run that is tracked: whether it said that nothing more will come, and the status of each run that
    it launched for a specialist, by the specialist's number."""

    ended: bool = False
    specialists: Mapping[int, RunStatus] = field(default_factory=dict)


@dataclass(frozen=True)
class RunState:
    """Everything that `plan` uses.

    `evaluations`: returns on the training variations by key of the evaluation job, at least the newest of each cycle.
    `features`: for the same jobs, if requested, the policy's mean features by variation.
    `rounds`: for the same jobs, how many of the requested rounds were played.
    `forked`: whether the generalist continues from a checkpoint of another run.
    `history`: the generalist's training episodes by variation, if a gate is about to open.
    `continuations`: what was asked for after the run had succeeded, in order.
    `script`: of a run that is tracked.
    """

    jobs: tuple[JobView, ...] = ()
    gates: tuple[GateView, ...] = ()
    evaluations: Mapping[str, tuple[VariationReturn, ...]] = field(default_factory=dict)
    desired_state: DesiredState = "run"
    features: Mapping[str, Features] = field(default_factory=dict)
    rounds: Mapping[str, Rounds] = field(default_factory=dict)
    history: History = field(default_factory=dict)
    forked: bool = False
    continuations: tuple[Continuation, ...] = ()
    script: ScriptView = field(default_factory=ScriptView)

    def job(self, key: str) -> JobView | None:
        return next((job for job in self.jobs if job.key == key), None)

    def gate(self, segment: "Segment", reason_asked: ReasonAsked) -> GateView | None:
        identity = (segment.cycle, segment.number, reason_asked)
        found = (g for g in self.gates if (g.cycle, g.segment, g.reason_asked) == identity)
        return next(found, None)

    def segment(self, cycle: int) -> "Segment | None":
        """The newest segment of the cycle; None if there is none yet."""
        trained = [(*keys.place_of(job.key), job) for job in self.jobs if job.kind == "generalist"]
        found = [Segment(cycle, number, job) for of, number, job in trained if of == cycle]
        if not found and cycle > 1:
            tuned = self.job(keys.finetune(cycle - 1))
            return None if tuned is None else Segment(cycle, 1, tuned)
        return max(found, key=lambda segment: segment.number, default=None)

    def rounds_of(self, evaluation: str) -> Rounds:
        """How many rounds of an evaluation were played, by its key."""
        return self.rounds.get(evaluation, Rounds())

    def keys(self, *statuses: JobStatus) -> tuple[str, ...]:
        return tuple(job.key for job in self.jobs if job.status in statuses)

    @property
    def spent(self) -> int:
        return sum(job.spent for job in self.jobs)

    @property
    def committed(self) -> int:
        return sum(job.committed for job in self.jobs)


@dataclass(frozen=True)
class Segment:
    """The generalist before a gate, trained by `job`. Later cycles begin with the previous cycle's fine-tuning."""

    cycle: int
    number: int
    job: JobView

    @property
    def evaluation(self) -> str:
        """Key of the evaluation that follows it."""
        return keys.evaluation(self.cycle, self.number)


@dataclass(frozen=True)
class TrainingOn:
    """What rejecting a gate to keep training costs: steps it trains at most, and what would then be left."""

    steps: int
    specialists: int
    specialist_steps: int
    left: int  # for demonstrations and fine-tuning, besides the specialists


@dataclass(frozen=True)
class GateOpening:
    """A gate to open, with its evidence; with `mode` auto it is approved as proposed at once."""

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
    rounds: Rounds = field(default_factory=Rounds)  # of the evaluation
    continue_steps: int | None = None  # steps of "keep training"; 0: less than an epoch; None: unknown
    training_on: TrainingOn | None = None


@dataclass(frozen=True)
class Plan:
    """What comes next: new `jobs`; `requeue`, `hold` and `withdraw` are keys of jobs to queue, pause and cancel."""

    status: RunStatus
    message: str
    jobs: tuple[JobSpec, ...] = ()
    gate: GateOpening | None = None
    warnings: tuple[str, ...] = ()
    requeue: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    cycle: int = 1
    failed_job: str | None = None  # key of the job that failed the run

    @classmethod
    def failed(cls, job: JobView, warnings: tuple[str, ...] = ()) -> "Plan":
        """The run ends because of this job."""
        return cls("failed", f"{job.key} {job.status}: {job.reason}", warnings=warnings, failed_job=job.key)
