"""The state machine of a run, as one pure function: given its jobs and gates, what comes next.

Planning is idempotent: once the planned jobs and gate exist, planning again yields none of them anew. Keys of jobs are
unique in the run, so that two planners at the same moment do no harm either.
"""

from dataclasses import replace

from gsl.config.rules import longest_evaluation
from gsl.config.run import RunConfig
from gsl.jobs import ENDED, CheckpointSource
from gsl.phases import jobs
from gsl.phases.budget import evaluation_steps, segment_steps
from gsl.phases.gate import open_specialists_gate, score, segment_of
from gsl.phases.jobs import CYCLE, checkpoint_of
from gsl.phases.specialists import Round, finetune_step, specialists_step
from gsl.phases.state import JobView, Plan, RunState


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
    """What comes next when nobody wishes otherwise."""
    segments = [job for job in state.jobs if job.kind == "generalist"]
    if not segments:
        new = jobs.generalist(config, 1, segment_steps(config, state))
        return Plan("queued", "waits for a worker", jobs=(new,))
    generalist = max(segments, key=segment_of)
    if not generalist.ended:
        if segment_of(generalist) == 1 and generalist.attempt == 0:
            return Plan("queued", "waits for a worker")
        return Plan("generalist", _training(config, generalist.budget))
    if generalist.failed:
        return _failed(generalist)
    if config.arm == "generalist":
        return _last_evaluation(config, state, generalist, "trained and evaluated")
    return _after_segment(config, state, generalist)


def _after_segment(config: RunConfig, state: RunState, generalist: JobView) -> Plan:
    """A fresh evaluation, then the gate unless the generalist is optimal enough."""
    key = f"evaluation-{segment_of(generalist)}"
    evaluation = state.job(key)
    message = "every training variation is evaluated afresh before the gate"
    if evaluation is None:
        source, budget = checkpoint_of(config, generalist), evaluation_steps(config, state)
        return Plan("evaluation", message, jobs=(jobs.evaluation(config, key, source, budget),))
    if not evaluation.ended:
        return Plan("evaluation", message)
    if evaluation.failed:
        return _failed(evaluation)
    reached, wanted = score(config, state.evaluations.get(key, ())), config.gate.optimal_score
    if wanted is not None and reached is not None and reached >= wanted:
        return Plan("succeeded", f"optimal enough without specialists: score {reached:.3f}, {wanted:g} was asked for")
    return _at_the_gate(config, state, generalist)


def _at_the_gate(config: RunConfig, state: RunState, generalist: JobView) -> Plan:
    gate = state.gate(segment_of(generalist), "specialists")
    if gate is None:
        opening = open_specialists_gate(config, state, generalist)
        if opening is None:
            return _without_finetuning(config, state, generalist, "the budget left trains no specialist")
        return Plan("awaiting_approval", opening.why, gate=opening)
    if gate.status == "open":
        return Plan("awaiting_approval", "the specialists wait for a decision")
    if gate.action == "stop":
        return _without_finetuning(config, state, generalist, "stopped at the gate")
    if gate.action == "approve" and gate.decision is not None:
        return _after_approval(Round(config, state, generalist, gate.decision))
    return _next_segment(config, state, generalist)


def _after_approval(this: Round) -> Plan:
    step = specialists_step(this) or finetune_step(this)
    if step is not None:
        return step
    finetuned = this.state.job(f"finetune-{CYCLE}")
    if finetuned is not None:
        last = _last_evaluation(this.config, this.state, finetuned, "fine-tuned and evaluated")
    else:
        last = _without_finetuning(this.config, this.state, this.generalist, "ended without fine-tuning")
    return replace(last, warnings=this.warnings)


def _next_segment(config: RunConfig, state: RunState, generalist: JobView) -> Plan:
    """The gate was rejected: the generalist trains on, its detector armed anew."""
    budget = segment_steps(config, state)
    if budget < config.learner.batch_size:
        return _without_finetuning(config, state, generalist, "no budget is left to keep training")
    new = jobs.generalist(config, segment_of(generalist) + 1, budget)
    return Plan("generalist", _training(config, budget), jobs=(new,))


def _without_finetuning(config: RunConfig, state: RunState, generalist: JobView, message: str) -> Plan:
    """The gate's evaluation was the last, unless it measured an earlier checkpoint (rewind)."""
    if checkpoint_of(config, generalist).which == "last":
        return Plan("succeeded", message)
    return _last_evaluation(config, state, generalist, message)


def _last_evaluation(config: RunConfig, state: RunState, policy: JobView, message: str) -> Plan:
    evaluation = state.job("evaluation-final")
    if evaluation is None:
        budget = min(longest_evaluation(config), max(0, config.budget.total_steps - state.committed))
        new = jobs.evaluation(config, "evaluation-final", CheckpointSource(job=policy.key), budget)
        return Plan("evaluation", "the last evaluation", jobs=(new,))
    if not evaluation.ended:
        return Plan("evaluation", "the last evaluation")
    if evaluation.failed:
        return _failed(evaluation)
    reached = score(config, state.evaluations.get("evaluation-final", ()))
    return Plan("succeeded", message if reached is None else f"{message}: score {reached:.3f}")


def _training(config: RunConfig, budget: int) -> str:
    until = "until it plateaus, for at most" if config.arm == "gsl" else "for"
    return f"the generalist trains {until} {budget} steps"


def _failed(job: JobView) -> Plan:
    return Plan("failed", f"{job.key} {job.status}: {job.reason}")
