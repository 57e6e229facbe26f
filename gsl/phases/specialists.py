"""From an approved gate to the fine-tuned generalist: specialists, their demonstrations, fine-tuning."""

from collections.abc import Sequence

from gsl.config.errors import counted
from gsl.phases import jobs, keys
from gsl.phases.approved_cycle import ApprovedCycle, filter_advice
from gsl.phases.budget import demonstration_pool, demonstration_steps, finetune_steps, lowest_steps
from gsl.phases.gate import open_too_few_gate
from gsl.phases.halving import is_trained, next_rung, reserved_steps, rung_message
from gsl.phases.state import Plan, Proposal, ScriptView
from gsl.protocol.jobs import ENDED, CheckpointSource, JobSpec, RunStatus, TeacherSource


def specialists_step(cycle: ApprovedCycle) -> Plan | None:
    """What comes next in the specialists' phase; None once all specialists and demonstrations have ended."""
    if not cycle.branches:
        return _train_on_lowest(cycle) or _start(cycle)
    new = (*next_rung(cycle), *_demonstrations_of_trained(cycle))
    generalist = cycle.generalist_demonstrations
    running = any(b.failure is None and not b.succeeded for b in cycle.branches)
    if not (new or running or (generalist is not None and not generalist.ended)):
        return None
    ended = sum(b.specialist.ended for b in cycle.branches)
    message = f"{rung_message(cycle)}{ended} of {len(cycle.branches)} specialists finished"
    return Plan("specialists", message, jobs=new, warnings=cycle.warnings)


def finetune_step(cycle: ApprovedCycle) -> Plan | None:
    """What comes next between the end of the specialists and the fine-tuned generalist; None: nothing more to train.

    If too few specialists succeeded, a person decides first: fine-tune with them, train on without them, or stop.
    """
    succeeded = [b.index for b in cycle.branches if b.succeeded]
    demonstration_keys, teachers = _demonstration_keys(cycle), _teachers(cycle)
    if len(succeeded) < cycle.config.specialists.min_share * len(cycle.branches):
        gate = cycle.state.gate(cycle.segment, "too_few_specialists")
        if gate is None:
            opening = open_too_few_gate(cycle.config, cycle.state, cycle.segment, succeeded, cycle.decision)
            return Plan("awaiting_approval", opening.why, gate=opening, warnings=cycle.warnings)
        if gate.status == "open":
            message = "waiting for a decision: too few specialists succeeded"
            return Plan("awaiting_approval", message, warnings=cycle.warnings)
        if gate.action == "stop":
            return None
        if gate.action != "approve":
            demonstration_keys, teachers = (), ()
    return _finetune(cycle, demonstration_keys, teachers)


def _demonstration_keys(cycle: ApprovedCycle) -> tuple[str, ...]:
    """Keys of the demonstrations jobs to learn from; empty if the filter kept no episode at all."""
    if cycle.kept_episodes == 0:
        return ()
    return tuple(job.key for job in cycle.demonstrations if job.status == "succeeded")


def _train_on_lowest(cycle: ApprovedCycle) -> Plan | None:
    """If configured, the generalist trains on all the lowest variations before specialists are cloned from it."""
    if cycle.lowest is not None and cycle.lowest.ended:
        return None
    message = "training the generalist on the lowest variations before specialists are cloned from it"
    if cycle.lowest is not None:
        return Plan("specialists", message)
    decision = cycle.decision
    budget = lowest_steps(cycle.config, cycle.state, len(decision.partition) * decision.specialist_steps)
    if decision.start == "scratch" or not budget:
        return None
    new = jobs.lowest(cycle.config, cycle.number, cycle.source, decision, budget, cycle.state.spent)
    return Plan("specialists", message, jobs=(new,))


def _start(cycle: ApprovedCycle) -> Plan:
    """All specialists at once, and the generalist's demonstrations on the variations without a specialist."""
    config, decision = cycle.config, cycle.decision
    new = jobs.specialists(config, cycle.number, cycle.specialist_source, decision, cycle.start_steps_of(0))
    if cycle.demonstrates and cycle.unassigned and config.demonstrations.generalist_per_variation:
        planned = len(decision.partition) * decision.specialist_steps  # including further rungs
        pool = demonstration_pool(config, cycle.state, cycle.number, planned)
        budget = demonstration_steps(config, pool, cycle.unassigned, len(config.suite.training_variations()))
        generalist = jobs.demonstrations(config, cycle.number, 0, cycle.unassigned, cycle.source, cycle.returns, budget)
        new = (*new, generalist)
    message = f"0 of {len(decision.partition)} specialists finished"
    return Plan("specialists", message, jobs=new, warnings=cycle.warnings)


def _demonstrations_of_trained(cycle: ApprovedCycle) -> tuple[JobSpec, ...]:
    """A trained specialist demonstrates at once; the pool is shared with those that are still training."""
    unplanned = sum(len(b.variations) for b in cycle.branches if b.demonstrations is None and b.failure is None)
    pool = demonstration_pool(cycle.config, cycle.state, cycle.number, reserved_steps(cycle))
    new = []
    for branch in cycle.branches:
        if cycle.demonstrates and is_trained(cycle, branch) and branch.demonstrations is None:
            budget = demonstration_steps(cycle.config, pool, branch.variations, unplanned)
            source = _demonstrator(cycle, branch.specialist.key)
            spec = jobs.demonstrations(
                cycle.config, cycle.number, branch.index, branch.variations, source, cycle.returns, budget
            )
            new.append(spec)
    return tuple(new)


def _demonstrator(cycle: ApprovedCycle, key: str) -> CheckpointSource:
    """A specialist at its best, or for its whole history its last checkpoint."""
    whole = cycle.config.demonstrations.record == "history"
    return CheckpointSource(job=key, which="last" if whole else "best")


def _teachers(cycle: ApprovedCycle) -> tuple[TeacherSource, ...]:
    """For a guide that learns from teachers: each specialist that succeeded on its variations, else the generalist."""
    if cycle.config.guide.learns_from != "teachers":
        return ()
    specialists = tuple(
        TeacherSource(checkpoint=CheckpointSource(job=b.specialist.key, which="best"), variations=b.variations)
        for b in cycle.branches
        if b.succeeded
    )
    owned = {variation for teacher in specialists for variation in teacher.variations}
    rest = tuple(v for v in cycle.config.suite.training_variations() if v not in owned)
    generalist = (TeacherSource(checkpoint=cycle.source, variations=rest),) if specialists and rest else ()
    return specialists + generalist


def _finetune(
    cycle: ApprovedCycle, demonstration_keys: tuple[str, ...], teachers: tuple[TeacherSource, ...]
) -> Plan | None:
    job = cycle.state.job(keys.finetune(cycle.number))
    if job is not None and job.status == "succeeded":
        return None
    if job is not None and job.failed:
        return Plan.failed(job, cycle.warnings)
    message = "training on without demonstrations"
    if cycle.demonstrates and cycle.demonstrations and cycle.kept_episodes == 0:
        message = (
            f"training on without a guide, because the filter kept no demonstration; {filter_advice(cycle.config)}"
        )
    if demonstration_keys or teachers:
        message = f"fine-tuning with {'demonstrations' if demonstration_keys else 'teachers'}"
    if job is not None:
        return Plan("finetune", message, warnings=cycle.warnings)
    budget = finetune_steps(cycle.config, cycle.state, cycle.number)
    if budget < cycle.config.learner.batch_size:
        return None
    spent = cycle.state.spent
    new = jobs.finetune(cycle.config, cycle.number, cycle.source, demonstration_keys, teachers, budget, spent)
    return Plan("finetune", message, jobs=(new,), warnings=cycle.warnings)


def specialists_of_script(script: ScriptView, decision: Proposal) -> Plan:
    """What follows the approved gate of a run that is tracked: GSL Lab has nothing of its policy, so it plans no jobs.

    It waits until every approved specialist has had its run, or until the script says that nothing more will come.
    """
    known = [script.specialists.get(number) for number in range(1, len(decision.partition) + 1)]
    ended = [status for status in known if status in ENDED]
    if script.ended or len(ended) == len(known):
        return Plan("succeeded", _result_of_script(ended, len(known)))
    done = f"{len(ended)} of {counted(len(known), 'specialist')} ended"
    return Plan("specialists", f"{done}; its script trains each as a run of its own")


def _result_of_script(ended: Sequence[RunStatus | None], approved: int) -> str:
    """Example: 2 of 3 specialists trained by its script, of which 1 failed."""
    result = f"{len(ended)} of {counted(approved, 'specialist')} trained by its script"
    wrong = {status: ended.count(status) for status in ("failed", "cancelled")}
    said = ", ".join(f"{count} {status}" for status, count in wrong.items() if count)
    return f"{result}, of which {said}" if said else result
