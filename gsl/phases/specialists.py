"""From an approved gate to the fine-tuned generalist: specialists, their demonstrations, fine-tuning."""

from dataclasses import dataclass
from functools import cached_property

from gsl.config.run import RunConfig
from gsl.jobs import CheckpointSource, JobSpec
from gsl.phases import jobs
from gsl.phases.budget import demonstration_pool, demonstration_steps, free_steps
from gsl.phases.gate import open_too_few_gate, segment_of
from gsl.phases.jobs import CYCLE, checkpoint_of
from gsl.phases.state import JobView, Plan, Proposal, RunState
from gsl.reports import VariationReturn


@dataclass(frozen=True)
class Branch:
    """A specialist and its demonstrations, as far as they exist."""

    index: int
    variations: tuple[int, ...]
    specialist: JobView
    demonstrations: JobView | None

    @property
    def ended_well(self) -> bool:
        return self.demonstrations is not None and self.demonstrations.status == "succeeded"

    @property
    def failure(self) -> str | None:
        """Why nothing more comes of it; None while it goes on or once it ended well."""
        for job in (self.specialist, self.demonstrations):
            if job is not None and job.failed:
                return f"{job.kind} {self.index} {job.status}: {job.reason}"
        return None


@dataclass(frozen=True)
class Round:
    """Everything that follows from one approval; `approved` is the decision, edits included."""

    config: RunConfig
    state: RunState
    generalist: JobView
    approved: Proposal

    @cached_property
    def source(self) -> CheckpointSource:
        return checkpoint_of(self.config, self.generalist)

    @cached_property
    def returns(self) -> tuple[VariationReturn, ...]:
        """The generalist's evaluated returns at the gate."""
        return self.state.evaluations.get(f"evaluation-{segment_of(self.generalist)}", ())

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        found = []
        for index, part in enumerate(self.approved.partition, start=1):
            specialist = self.state.job(f"specialist-{CYCLE}-{index}")
            if specialist is not None:
                shown = self.state.job(f"demonstrations-{CYCLE}-{index}")
                found.append(Branch(index, part, specialist, shown))
        return tuple(found)

    @cached_property
    def generalist_demonstrations(self) -> JobView | None:
        return self.state.job(f"demonstrations-{CYCLE}-0")

    @cached_property
    def rest(self) -> tuple[int, ...]:
        """Training variations that no specialist gets: the generalist demonstrates them."""
        taken = {variation for part in self.approved.partition for variation in part}
        return tuple(v for v in self.config.suite.training_variations() if v not in taken)

    @property
    def warnings(self) -> tuple[str, ...]:
        failures = [b.failure for b in self.branches if b.failure is not None]
        total = len(self.branches)
        warnings = [f"{failure}; going on with {total - len(failures)} of {total} specialists" for failure in failures]
        shown = self.generalist_demonstrations
        if shown is not None and shown.failed:
            warnings.append(f"the generalist's demonstrations {shown.status}: {shown.reason}; going on without them")
        return tuple(warnings)


def specialists_step(this: Round) -> Plan | None:
    """What comes next in the specialists' phase; None once all specialists and demonstrations ended."""
    if not this.branches:
        return _start(this)
    new = _demonstrations_of_ended(this)
    shown = this.generalist_demonstrations
    working = any(b.failure is None and not b.ended_well for b in this.branches)
    if not (new or working or (shown is not None and not shown.ended)):
        return None
    ended = sum(b.specialist.ended for b in this.branches)
    message = f"{ended} of {len(this.branches)} specialists ended"
    return Plan("specialists", message, jobs=new, warnings=this.warnings)


def finetune_step(this: Round) -> Plan | None:
    """What comes next between the specialists' end and the fine-tuned generalist; None: nothing more to train.

    A person is asked first when too few specialists ended well, and may go on with them, without them, or stop.
    """
    ended_well = [b.index for b in this.branches if b.ended_well]
    keys = this.state.keys_of("demonstrations", "succeeded")
    if len(ended_well) < this.config.specialists.min_share * len(this.branches):
        gate = this.state.gate(segment_of(this.generalist), "too_few_specialists")
        if gate is None:
            opening = open_too_few_gate(this.config, this.state, this.generalist, ended_well, this.approved)
            return Plan("awaiting_approval", opening.why, gate=opening, warnings=this.warnings)
        if gate.status == "open":
            message = "too few specialists ended well: waits for a decision"
            return Plan("awaiting_approval", message, warnings=this.warnings)
        if gate.action == "stop":
            return None
        keys = keys if gate.action == "approve" else ()
    return _finetune(this, keys)


def _start(this: Round) -> Plan:
    """All specialists at once, and the generalist's demonstrations on the variations that none of them gets."""
    config, approved = this.config, this.approved
    new = jobs.specialists(config, this.source, approved)
    if this.rest and config.demonstrations.generalist_per_variation:
        pool = demonstration_pool(config, this.state, len(new) * approved.specialist_steps)
        budget = demonstration_steps(config, pool, this.rest, len(config.suite.training_variations()))
        new = (*new, jobs.demonstrations(config, 0, this.rest, this.source, this.returns, budget))
    return Plan("specialists", f"0 of {len(approved.partition)} specialists ended", jobs=new)


def _demonstrations_of_ended(this: Round) -> tuple[JobSpec, ...]:
    """Specialists that ended well demonstrate at once; the pool is shared with those that still train."""
    unplanned = sum(len(b.variations) for b in this.branches if b.demonstrations is None and b.failure is None)
    pool = demonstration_pool(this.config, this.state)
    new = []
    for branch in this.branches:
        if branch.specialist.status == "succeeded" and branch.demonstrations is None:
            budget = demonstration_steps(this.config, pool, branch.variations, unplanned)
            source = CheckpointSource(job=branch.specialist.key, which="best")
            new.append(jobs.demonstrations(this.config, branch.index, branch.variations, source, this.returns, budget))
    return tuple(new)


def _finetune(this: Round, demonstration_keys: tuple[str, ...]) -> Plan | None:
    job = this.state.job(f"finetune-{CYCLE}")
    if job is not None and job.status == "succeeded":
        return None
    if job is not None and job.failed:
        return Plan("failed", f"{job.key} {job.status}: {job.reason}", warnings=this.warnings)
    message = "fine-tuning with demonstrations" if demonstration_keys else "training on without demonstrations"
    if job is not None:
        return Plan("finetune", message, warnings=this.warnings)
    budget = free_steps(this.config, this.state)
    if budget < this.config.learner.batch_size:
        return None
    new = jobs.finetune(this.config, this.source, demonstration_keys, budget)
    return Plan("finetune", message, jobs=(new,), warnings=this.warnings)
