"""From an approved gate to the fine-tuned generalist: specialists, their demonstrations, fine-tuning."""

from gsl.phases import jobs, keys
from gsl.phases.budget import demonstration_pool, demonstration_steps, finetune_steps, lowest_steps
from gsl.phases.filtered import advice
from gsl.phases.gate import open_too_few_gate
from gsl.phases.halving import has_trained, next_rung, promised_steps, rung_message
from gsl.phases.round import Round
from gsl.phases.state import Plan
from gsl.protocol.jobs import CheckpointSource, JobSpec, TeacherSource


def specialists_step(this: Round) -> Plan | None:
    """What comes next in the specialists' phase; None once all specialists and demonstrations ended."""
    if not this.branches:
        return _lowest(this) or _start(this)
    new = (*next_rung(this), *_demonstrations_of_ended(this))
    shown = this.generalist_demonstrations
    working = any(b.failure is None and not b.ended_well for b in this.branches)
    if not (new or working or (shown is not None and not shown.ended)):
        return None
    ended = sum(b.specialist.ended for b in this.branches)
    message = f"{rung_message(this)}{ended} of {len(this.branches)} specialists ended"
    return Plan("specialists", message, jobs=new, warnings=this.warnings)


def finetune_step(this: Round) -> Plan | None:
    """What comes next between the specialists' end and the fine-tuned generalist; None: nothing more to train.

    A person is asked first when too few specialists ended well, and may go on with them, without them, or stop.
    """
    ended_well = [b.index for b in this.branches if b.ended_well]
    shown, teachers = _shown(this), _teachers(this)
    if len(ended_well) < this.config.specialists.min_share * len(this.branches):
        gate = this.state.gate(this.segment, "too_few_specialists")
        if gate is None:
            opening = open_too_few_gate(this.config, this.state, this.segment, ended_well, this.approved)
            return Plan("awaiting_approval", opening.why, gate=opening, warnings=this.warnings)
        if gate.status == "open":
            message = "too few specialists ended well: waits for a decision"
            return Plan("awaiting_approval", message, warnings=this.warnings)
        if gate.action == "stop":
            return None
        if gate.action != "approve":
            shown, teachers = (), ()
    return _finetune(this, shown, teachers)


def _shown(this: Round) -> tuple[str, ...]:
    """Keys of the demonstrations to learn from; none where the filter left not one episode."""
    if this.kept == 0:
        return ()
    return tuple(job.key for job in this.demonstrations if job.status == "succeeded")


def _lowest(this: Round) -> Plan | None:
    """The generalist trains on all the lowest variations before specialists are cloned from it, if that is wanted."""
    if this.lowest is not None and this.lowest.ended:
        return None
    message = "the generalist trains on the lowest variations, for specialists to be cloned from it"
    if this.lowest is not None:
        return Plan("specialists", message)
    approved = this.approved
    budget = lowest_steps(this.config, this.state, len(approved.partition) * approved.specialist_steps)
    if approved.start == "scratch" or not budget:
        return None
    new = jobs.lowest(this.config, this.cycle, this.source, approved, budget, this.state.spent)
    return Plan("specialists", message, jobs=(new,))


def _start(this: Round) -> Plan:
    """All specialists at once, and the generalist's demonstrations on the variations that none of them gets."""
    config, approved = this.config, this.approved
    new = jobs.specialists(config, this.cycle, this.cloned, approved, this.start_of(0))
    if this.demonstrates and this.rest and config.demonstrations.generalist_per_variation:
        planned = len(approved.partition) * approved.specialist_steps  # further rungs included
        pool = demonstration_pool(config, this.state, this.cycle, planned)
        budget = demonstration_steps(config, pool, this.rest, len(config.suite.training_variations()))
        new = (*new, jobs.demonstrations(config, this.cycle, 0, this.rest, this.source, this.returns, budget))
    message = f"0 of {len(approved.partition)} specialists ended"
    return Plan("specialists", message, jobs=new, warnings=this.warnings)


def _demonstrations_of_ended(this: Round) -> tuple[JobSpec, ...]:
    """Specialists that ended well demonstrate at once; the pool is shared with those that still train."""
    unplanned = sum(len(b.variations) for b in this.branches if b.demonstrations is None and b.failure is None)
    pool = demonstration_pool(this.config, this.state, this.cycle, promised_steps(this))
    new = []
    for branch in this.branches:
        if this.demonstrates and has_trained(this, branch) and branch.demonstrations is None:
            budget = demonstration_steps(this.config, pool, branch.variations, unplanned)
            source = CheckpointSource(job=branch.specialist.key, which="best")
            spec = jobs.demonstrations(
                this.config, this.cycle, branch.index, branch.variations, source, this.returns, budget
            )
            new.append(spec)
    return tuple(new)


def _teachers(this: Round) -> tuple[TeacherSource, ...]:
    """Where the guide wants teachers: each specialist that ended well on its variations, the generalist on the rest."""
    if this.config.guide.learns_from != "teachers":
        return ()
    specialists = tuple(
        TeacherSource(checkpoint=CheckpointSource(job=b.specialist.key, which="best"), variations=b.variations)
        for b in this.branches
        if b.ended_well
    )
    owned = {variation for teacher in specialists for variation in teacher.variations}
    rest = tuple(v for v in this.config.suite.training_variations() if v not in owned)
    generalist = (TeacherSource(checkpoint=this.source, variations=rest),) if specialists and rest else ()
    return specialists + generalist


def _finetune(this: Round, demonstration_keys: tuple[str, ...], teachers: tuple[TeacherSource, ...]) -> Plan | None:
    job = this.state.job(keys.finetune(this.cycle))
    if job is not None and job.status == "succeeded":
        return None
    if job is not None and job.failed:
        return Plan("failed", f"{job.key} {job.status}: {job.reason}", warnings=this.warnings)
    message = "training on without demonstrations"
    if this.demonstrates and this.demonstrations and this.kept == 0:
        message = f"training on without a guide, for the filter kept no demonstration: {advice(this.config)}"
    if demonstration_keys or teachers:
        message = f"fine-tuning with {'demonstrations' if demonstration_keys else 'teachers'}"
    if job is not None:
        return Plan("finetune", message, warnings=this.warnings)
    budget = finetune_steps(this.config, this.state, this.cycle)
    if budget < this.config.learner.batch_size:
        return None
    spent = this.state.spent
    new = jobs.finetune(this.config, this.cycle, this.source, demonstration_keys, teachers, budget, spent)
    return Plan("finetune", message, jobs=(new,), warnings=this.warnings)
