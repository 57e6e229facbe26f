"""The state machine of a run, as one pure function: given its jobs and gates, what comes next.

Planning is idempotent: once the planned jobs and gate exist, planning again does not plan them a second time. Job keys
are unique in the run, so two planners at the same moment do no harm either.
"""

from dataclasses import replace

from gsl.config.run import RunConfig
from gsl.method.score import score
from gsl.phases import jobs, keys
from gsl.phases.approved_cycle import ApprovedCycle
from gsl.phases.budget import another_cycle_fits, evaluation_steps, segment_steps
from gsl.phases.continuing import as_launched, continued
from gsl.phases.gate import all_left_out, gain_of, open_specialists_gate
from gsl.phases.jobs import checkpoint_of
from gsl.phases.specialists import finetune_step, specialists_of_script, specialists_step
from gsl.phases.state import JobView, Plan, RunState, Segment
from gsl.protocol.jobs import ENDED, CheckpointSource, JobStatus

_WAITING: tuple[JobStatus, ...] = ("queued", "lost", "paused")


def plan(config: RunConfig, state: RunState) -> Plan:
    """What comes next, given what a person asked for (run, pause, cancel)."""
    step = _next(config, state)
    if state.desired_state == "cancel":
        return _cancelled(state, step)
    if step.status in ENDED:
        return replace(step, withdraw=state.keys(*_WAITING))
    if state.desired_state == "pause":
        running = len(state.keys("running"))
        message = f"pausing: waiting for {_running_jobs(running)} to save a checkpoint" if running else "paused"
        status = step.status if running else "paused"
        return Plan(status, message, warnings=step.warnings, hold=state.keys("queued", "lost"), cycle=step.cycle)
    return replace(step, requeue=state.keys("paused"))


def hold(state: RunState, before: Plan) -> Plan:
    """What becomes of a run whose configuration cannot be read: it stays as `before` and its jobs wait, unless it is
    cancelled. Once the configuration can be read again, `plan` queues the jobs that wait.
    """
    if state.desired_state == "cancel":
        return _cancelled(state, before)
    return replace(before, hold=state.keys("queued", "lost"))


def _cancelled(state: RunState, step: Plan) -> Plan:
    running = len(state.keys("running"))
    message = f"cancelling: waiting for {_running_jobs(running)} to stop" if running else "cancelled"
    status = step.status if running else "cancelled"
    return Plan(status, message, warnings=step.warnings, withdraw=state.keys(*_WAITING), cycle=step.cycle)


def _next(config: RunConfig, state: RunState) -> Plan:
    """What comes next in a run that is neither paused nor cancelled: in what it was launched for, then in what it was
    continued by."""
    step = _until_result(config, as_launched(state))
    return continued(config, state, step) if step.status == "succeeded" else step


def _until_result(config: RunConfig, state: RunState) -> Plan:
    """What the run was launched for; it ends only after the parallel measurement."""
    step = _method(config, state)
    before = state.job(keys.BEFORE_EVALUATION)
    if before is None:
        return step
    if before.failed:
        failure = f"{before.key} {before.status}: {before.reason}; the evaluation at the gate is used instead"
        return replace(step, warnings=(*step.warnings, failure))
    if step.status == "succeeded" and not before.ended:
        return replace(step, status="evaluation", message="measuring the policy at the gate again")
    return step


def _method(config: RunConfig, state: RunState) -> Plan:
    """The method's next step."""
    segment = state.segment(1)
    if segment is None:
        new = jobs.first_generalist(config, segment_steps(config, state, 1), state.forked)
        return Plan("queued", _waiting(config), jobs=(new,))
    return _from_segment(config, state, segment, gain=None)


def _from_segment(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    """The next step after a segment of the generalist: in its cycle or in one of those that follow.

    `gain` is the score gained by the previous cycle, if known.
    """
    job = segment.job
    if not job.ended:
        if (segment.cycle, segment.number, job.attempt) == (1, 1, 0):
            return Plan("queued", _waiting(config))
        return Plan("generalist", _training(config, job.budget), cycle=segment.cycle)
    if job.failed:
        return replace(Plan.failed(job), cycle=segment.cycle)
    if config.arm == "generalist":
        return _last_evaluation(config, state, segment, job, "trained and evaluated")
    step = _after_segment(config, state, segment, gain)
    return replace(step, cycle=max(step.cycle, segment.cycle))


def _after_segment(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    """A fresh evaluation, then the gate, unless the generalist reached the target score."""
    key = segment.evaluation
    evaluation = state.job(key)
    message = "evaluating every training variation before the gate"
    if evaluation is None:
        source, budget = checkpoint_of(config, segment.job), evaluation_steps(config, state, segment.cycle)
        return Plan("evaluation", message, jobs=(jobs.evaluation(config, segment.cycle, key, source, budget),))
    if not evaluation.ended:
        return Plan("evaluation", message)
    if evaluation.failed:
        return Plan.failed(evaluation)
    target = config.gate.optimal_score
    reached = None if target is None else score(config.suite, state.evaluations.get(key, ()))
    if target is not None and reached is not None and reached >= target:
        after = "without specialists" if segment.cycle == 1 else f"after {_cycles(segment.cycle - 1)}"
        message = f"ended {after}: the score of {reached:.3f} reached the target of {target:g}"
        return _ended_at_the_gate(config, state, segment, message)
    if segment.job.kind == "finetune" and _gained_too_little(config, gain):
        gained = f"cycle {segment.cycle - 1} gained {gain:+.3f}, less than cycles.min_gain ({config.cycles.min_gain:g})"
        message = f"ended after {_cycles(segment.cycle - 1)}: {gained}"
        return _ended_at_the_gate(config, state, segment, message)
    return _at_the_gate(config, state, segment, gain)


def _at_the_gate(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    gate = state.gate(segment, "specialists")
    if state.script.ended and (gate is None or gate.status == "open"):
        return Plan("succeeded", "ended by its script before a decision about specialists")
    if gate is None:
        if config.gate.mode == "auto" and (left_out := all_left_out(config, state, segment)):
            return _without_finetuning(config, state, segment, f"ended at the gate: {left_out}")
        opening = open_specialists_gate(config, state, segment, gain)
        if opening is None:
            message = "ended at the gate: the remaining budget is too small to train a specialist"
            return _without_finetuning(config, state, segment, message)
        return Plan("awaiting_approval", opening.why, gate=opening)
    if gate.status == "open":
        return Plan("awaiting_approval", "waiting for a decision about the specialists")
    if gate.action == "stop":
        return _without_finetuning(config, state, segment, "stopped at the gate")
    if gate.action == "approve" and gate.decision is not None:
        if config.learner.is_tracked:
            return specialists_of_script(state.script, gate.decision)
        return _after_approval(ApprovedCycle(config, state, segment, gate.decision))
    return _next_segment(config, state, segment)


def _after_approval(cycle: ApprovedCycle) -> Plan:
    step = specialists_step(cycle) or finetune_step(cycle)
    if step is not None:
        return _measured_before(cycle, step)
    finetuned = cycle.state.job(keys.finetune(cycle.number))
    if finetuned is None:
        last = _without_finetuning(cycle.config, cycle.state, cycle.segment, "ended without fine-tuning")
    elif _another_cycle_follows(cycle):
        last = _next_cycle(cycle)
    else:
        last = _last_evaluation(cycle.config, cycle.state, cycle.segment, finetuned, _finished(cycle))
    return replace(last, warnings=(*cycle.warnings, *last.warnings))


def _measured_before(cycle: ApprovedCycle, step: Plan) -> Plan:
    """The policy that the run's first specialists start from is measured again, in parallel with their training."""
    starts = cycle.number == 1 and any(job.key == keys.specialist(1, 1) for job in step.jobs)
    if not starts or cycle.state.job(keys.BEFORE_EVALUATION) is not None:
        return step
    new = jobs.measurement(cycle.config, cycle.number, keys.BEFORE_EVALUATION, cycle.source)
    return replace(step, jobs=(*step.jobs, new))


def _another_cycle_follows(cycle: ApprovedCycle) -> bool:
    """Whether another cycle follows; a cycle that has begun is finished regardless of what is left."""
    following = cycle.state.segment(cycle.number + 1)
    if cycle.number >= cycle.config.cycles.count or following is None:
        return False
    return cycle.state.job(keys.evaluation(cycle.number + 1, 1)) is not None or (
        cycle.state.job(keys.LAST_EVALUATION) is None and another_cycle_fits(cycle.config, cycle.state)
    )


def _next_cycle(cycle: ApprovedCycle) -> Plan:
    """The fine-tuned policy is the next cycle's generalist."""
    following = cycle.state.segment(cycle.number + 1)
    assert following is not None  # checked by `_another_cycle_follows`
    key = keys.evaluation(cycle.number + 1, 1)
    after = cycle.state.evaluations.get(key)
    comparable = cycle.state.rounds_of(cycle.segment.evaluation).comparable(cycle.state.rounds_of(key))
    gain = None if after is None or not comparable else gain_of(cycle.config, cycle.returns, after)
    return _from_segment(cycle.config, cycle.state, following, gain)


def _finished(cycle: ApprovedCycle) -> str:
    if cycle.config.cycles.count == 1:
        return "fine-tuned and evaluated"
    short = "" if cycle.number == cycle.config.cycles.count else ", with no budget left for another"
    return f"fine-tuned in {_cycles(cycle.number)}{short}, and evaluated"


def _next_segment(config: RunConfig, state: RunState, segment: Segment) -> Plan:
    """The gate was rejected: the generalist trains on, and its plateau detector needs a full window again."""
    budget = segment_steps(config, state, segment.cycle)
    if budget < config.learner.batch_size:
        return _without_finetuning(config, state, segment, "ended at the gate: no budget is left to keep training")
    new = jobs.generalist(config, segment, budget, state.spent)
    return Plan("generalist", _training(config, budget), jobs=(new,))


def _without_finetuning(config: RunConfig, state: RunState, segment: Segment, message: str) -> Plan:
    """The gate's evaluation counts as the final one, unless it measured an earlier checkpoint (rewind)."""
    if checkpoint_of(config, segment.job).which == "last":
        return _ended_at_the_gate(config, state, segment, message)
    return _last_evaluation(config, state, segment, segment.job, message)


def _ended_at_the_gate(config: RunConfig, state: RunState, segment: Segment, message: str) -> Plan:
    """The gate's evaluation counts as the final one, unless it was cut: a final policy is always measured whole."""
    if state.rounds_of(segment.evaluation).wholeness != "cut":
        return Plan("succeeded", message)
    return _last_evaluation(config, state, segment, segment.job, message)


def _last_evaluation(config: RunConfig, state: RunState, segment: Segment, policy: JobView, message: str) -> Plan:
    evaluation = state.job(keys.LAST_EVALUATION)
    if evaluation is None:
        new = jobs.measurement(config, segment.cycle, keys.LAST_EVALUATION, CheckpointSource(job=policy.key))
        return Plan("evaluation", "running the final evaluation", jobs=(new,))
    if not evaluation.ended:
        return Plan("evaluation", "running the final evaluation")
    if evaluation.failed:
        return Plan.failed(evaluation)
    reached = score(config.suite, state.evaluations.get(keys.LAST_EVALUATION, ()))
    scored = message if reached is None else f"{message}: score {reached:.3f}"
    return Plan("succeeded", scored + _unspent(config, state))


def _unspent(config: RunConfig, state: RunState) -> str:
    """An epoch has a fixed size, so every arm may leave less than one epoch of the total."""
    left = config.budget.total_steps - state.spent
    return f"; {left} steps remain, less than an epoch" if 0 < left < config.learner.batch_size else ""


def _gained_too_little(config: RunConfig, gain: float | None) -> bool:
    """The stop rule; an unknown gain never ends the run."""
    least = config.cycles.min_gain
    return least is not None and gain is not None and gain < least


def _cycles(count: int) -> str:
    return "one cycle" if count == 1 else f"{count} cycles"


def _waiting(config: RunConfig) -> str:
    return "waiting for its script" if config.learner.is_tracked else "waiting for a worker"


def _training(config: RunConfig, budget: int) -> str:
    until = "for" if config.arm == "generalist" else "until it plateaus, for at most"
    return f"training the generalist {until} {budget} steps"


def _running_jobs(count: int) -> str:
    return "the running job" if count == 1 else f"{count} running jobs"
