"""The state machine of a run, as one pure function: given its jobs and gates, what comes next.

Planning is idempotent: once the planned jobs and gate exist, planning again yields none of them anew. Keys of jobs are
unique in the run, so that two planners at the same moment do no harm either.
"""

from dataclasses import replace

from gsl.config.run import RunConfig
from gsl.method.score import score
from gsl.phases import jobs, keys
from gsl.phases.budget import another_cycle_fits, evaluation_steps, segment_steps
from gsl.phases.gate import all_left_out, gain_of, open_specialists_gate
from gsl.phases.jobs import checkpoint_of
from gsl.phases.round import Round
from gsl.phases.specialists import finetune_step, specialists_step
from gsl.phases.state import JobView, Plan, RunState, Segment
from gsl.protocol.jobs import ENDED, CheckpointSource


def plan(config: RunConfig, state: RunState) -> Plan:
    """What comes next, the run's wish (run, pause, cancel) heeded."""
    step = _next(config, state)
    waiting, running = state.keys("queued", "lost", "paused"), len(state.keys("running"))
    if state.wish == "cancel":
        message = f"cancelling: waits for {running} running jobs to stop" if running else "cancelled"
        status = step.status if running else "cancelled"
        return Plan(status, message, warnings=step.warnings, withdraw=waiting)
    if step.status in ENDED:
        return replace(step, withdraw=waiting)
    if state.wish == "pause":
        message = f"pausing: waits for {running} running jobs to write their checkpoints" if running else "paused"
        status = step.status if running else "paused"
        return Plan(status, message, warnings=step.warnings, hold=state.keys("queued", "lost"))
    return replace(step, requeue=state.keys("paused"))


def _next(config: RunConfig, state: RunState) -> Plan:
    """What comes next when nobody wishes otherwise; a run ends only when what is measured beside it has ended."""
    step = _method(config, state)
    before = state.job(keys.BEFORE_EVALUATION)
    if before is None:
        return step
    if before.failed:
        lost = f"{before.key} {before.status}: {before.reason}; the evaluation at the gate stands for it"
        return replace(step, warnings=(*step.warnings, lost))
    if step.status == "succeeded" and not before.ended:
        return replace(step, status="evaluation", message="the policy at the gate is measured afresh")
    return step


def _method(config: RunConfig, state: RunState) -> Plan:
    """What the method does next."""
    segment = state.segment(1)
    if segment is None:
        new = jobs.generalist(config, None, segment_steps(config, state, 1))
        return Plan("queued", "waits for a worker", jobs=(new,))
    return _from_segment(config, state, segment, gain=None)


def _from_segment(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    """From a segment of the generalist on, through the rest of its cycle and those that follow.

    `gain` is what the cycle before raised the score by, as far as that is known.
    """
    job = segment.job
    if not job.ended:
        if (segment.cycle, segment.number, job.attempt) == (1, 1, 0):
            return Plan("queued", "waits for a worker")
        return Plan("generalist", _training(config, job.budget), cycle=segment.cycle)
    if job.failed:
        return replace(_failed(job), cycle=segment.cycle)
    if config.arm == "generalist":
        return _last_evaluation(config, state, segment, job, "trained and evaluated")
    step = _after_segment(config, state, segment, gain)
    return replace(step, cycle=max(step.cycle, segment.cycle))


def _after_segment(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    """A fresh evaluation, then the gate unless the generalist is optimal enough."""
    key = segment.evaluation
    evaluation = state.job(key)
    message = "every training variation is evaluated afresh before the gate"
    if evaluation is None:
        source, budget = checkpoint_of(config, segment.job), evaluation_steps(config, state, segment.cycle)
        return Plan("evaluation", message, jobs=(jobs.evaluation(config, segment.cycle, key, source, budget),))
    if not evaluation.ended:
        return Plan("evaluation", message)
    if evaluation.failed:
        return _failed(evaluation)
    reached, wanted = score(config.suite, state.evaluations.get(key, ())), config.gate.optimal_score
    if wanted is not None and reached is not None and reached >= wanted:
        after = "without specialists" if segment.cycle == 1 else f"after {_cycles(segment.cycle - 1)}"
        message = f"optimal enough {after}: score {reached:.3f}, {wanted:g} was asked for"
        return _ended_at_the_gate(config, state, segment, message)
    if segment.job.kind == "finetune" and _gained_too_little(config, gain):
        gained = f"cycle {segment.cycle - 1} gained {gain:+.3f}, less than {config.cycles.min_gain:g}"
        message = f"ended after {_cycles(segment.cycle - 1)}: {gained}"
        return _ended_at_the_gate(config, state, segment, message)
    return _at_the_gate(config, state, segment, gain)


def _at_the_gate(config: RunConfig, state: RunState, segment: Segment, gain: float | None) -> Plan:
    gate = state.gate(segment, "specialists")
    if gate is None:
        if config.gate.mode == "auto" and (left_out := all_left_out(config, state, segment)):
            return _without_finetuning(config, state, segment, f"ended without specialists: {left_out}")
        opening = open_specialists_gate(config, state, segment, gain)
        if opening is None:
            return _without_finetuning(config, state, segment, "the budget left trains no specialist")
        return Plan("awaiting_approval", opening.why, gate=opening)
    if gate.status == "open":
        return Plan("awaiting_approval", "the specialists wait for a decision")
    if gate.action == "stop":
        return _without_finetuning(config, state, segment, "stopped at the gate")
    if gate.action == "approve" and gate.decision is not None:
        return _after_approval(Round(config, state, segment, gate.decision))
    return _next_segment(config, state, segment)


def _after_approval(this: Round) -> Plan:
    step = specialists_step(this) or finetune_step(this)
    if step is not None:
        return _measured_before(this, step)
    finetuned = this.state.job(keys.finetune(this.cycle))
    if finetuned is None:
        last = _without_finetuning(this.config, this.state, this.segment, "ended without fine-tuning")
    elif _goes_on(this):
        last = _next_cycle(this)
    else:
        last = _last_evaluation(this.config, this.state, this.segment, finetuned, _finished(this))
    return replace(last, warnings=(*this.warnings, *last.warnings))


def _measured_before(this: Round, step: Plan) -> Plan:
    """Beside the run's first specialists, the policy that they start from is measured afresh."""
    starts = this.cycle == 1 and any(job.key == keys.specialist(1, 1) for job in step.jobs)
    if not starts or this.state.job(keys.BEFORE_EVALUATION) is not None:
        return step
    new = jobs.measurement(this.config, this.cycle, keys.BEFORE_EVALUATION, this.source)
    return replace(step, jobs=(*step.jobs, new))


def _goes_on(this: Round) -> bool:
    """Whether another cycle follows; one that began goes on, whatever is left by now."""
    following = this.state.segment(this.cycle + 1)
    if this.cycle >= this.config.cycles.count or following is None:
        return False
    return this.state.job(keys.evaluation(this.cycle + 1, 1)) is not None or (
        this.state.job(keys.LAST_EVALUATION) is None and another_cycle_fits(this.config, this.state)
    )


def _next_cycle(this: Round) -> Plan:
    """The fine-tuned policy is the next cycle's generalist."""
    following = this.state.segment(this.cycle + 1)
    assert following is not None  # `_goes_on` said so
    key = keys.evaluation(this.cycle + 1, 1)
    after = this.state.evaluations.get(key)
    alike = this.state.rounds_of(this.segment.evaluation).comparable(this.state.rounds_of(key))
    gain = None if after is None or not alike else gain_of(this.config, this.returns, after)
    return _from_segment(this.config, this.state, following, gain)


def _finished(this: Round) -> str:
    if this.config.cycles.count == 1:
        return "fine-tuned and evaluated"
    short = "" if this.cycle == this.config.cycles.count else ", no budget is left for another"
    return f"fine-tuned in {_cycles(this.cycle)}{short}, and evaluated"


def _next_segment(config: RunConfig, state: RunState, segment: Segment) -> Plan:
    """The gate was rejected: the generalist trains on, its detector armed anew."""
    budget = segment_steps(config, state, segment.cycle)
    if budget < config.learner.batch_size:
        return _without_finetuning(config, state, segment, "no budget is left to keep training")
    new = jobs.generalist(config, segment, budget, state.spent)
    return Plan("generalist", _training(config, budget), jobs=(new,))


def _without_finetuning(config: RunConfig, state: RunState, segment: Segment, message: str) -> Plan:
    """The gate's evaluation was the last, unless it measured an earlier checkpoint (rewind)."""
    if checkpoint_of(config, segment.job).which == "last":
        return _ended_at_the_gate(config, state, segment, message)
    return _last_evaluation(config, state, segment, segment.job, message)


def _ended_at_the_gate(config: RunConfig, state: RunState, segment: Segment, message: str) -> Plan:
    """Its evaluation was the last, unless it was cut: what a run ends with is always measured whole."""
    if state.rounds_of(segment.evaluation).wholeness != "cut":
        return Plan("succeeded", message)
    return _last_evaluation(config, state, segment, segment.job, message)


def _last_evaluation(config: RunConfig, state: RunState, segment: Segment, policy: JobView, message: str) -> Plan:
    evaluation = state.job(keys.LAST_EVALUATION)
    if evaluation is None:
        new = jobs.measurement(config, segment.cycle, keys.LAST_EVALUATION, CheckpointSource(job=policy.key))
        return Plan("evaluation", "the last evaluation", jobs=(new,))
    if not evaluation.ended:
        return Plan("evaluation", "the last evaluation")
    if evaluation.failed:
        return _failed(evaluation)
    reached = score(config.suite, state.evaluations.get(keys.LAST_EVALUATION, ()))
    scored = message if reached is None else f"{message}: score {reached:.3f}"
    return Plan("succeeded", scored + _unspent(config, state))


def _unspent(config: RunConfig, state: RunState) -> str:
    """An epoch has a fixed size, so that either arm may leave less than one of the total."""
    left = config.budget.total_steps - state.spent
    return f"; {left} steps were left, less than an epoch" if 0 < left < config.learner.batch_size else ""


def _gained_too_little(config: RunConfig, gain: float | None) -> bool:
    """The stop rule; a gain that nobody measured is no reason to end."""
    least = config.cycles.min_gain
    return least is not None and gain is not None and gain < least


def _cycles(count: int) -> str:
    return "one cycle" if count == 1 else f"{count} cycles"


def _training(config: RunConfig, budget: int) -> str:
    until = "for" if config.arm == "generalist" else "until it plateaus, for at most"
    return f"the generalist trains {until} {budget} steps"


def _failed(job: JobView) -> Plan:
    return Plan("failed", f"{job.key} {job.status}: {job.reason}")
