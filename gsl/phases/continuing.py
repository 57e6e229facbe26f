"""Continuations: a run that had succeeded trains on for a number of steps that somebody chose after seeing its result.

What the run was launched for is planned as if nothing had followed, from its own jobs and its own total. So a larger
total never reopens a decision of the method, and the evaluation of the first result stays what it was.
"""

from collections.abc import Sequence
from dataclasses import replace

from gsl.config.run import RunConfig
from gsl.method.score import score
from gsl.phases import jobs, keys
from gsl.phases.state import Continuation, JobView, Plan, RunState
from gsl.protocol.jobs import CheckpointSource, RunStatus


def as_launched(state: RunState) -> RunState:
    """The run without what was asked for after its result."""
    return replace(state, jobs=tuple(job for job in state.jobs if not keys.of_continuation(job.key)))


def last_policy(found: Sequence[JobView]) -> JobView | None:
    """The newest job that trained the run's policy to its end; `found` are in the order of planning."""
    trained = (job for job in reversed(found) if job.kind in ("generalist", "finetune") and job.status == "succeeded")
    return next(trained, None)


def least_steps(config: RunConfig, total_steps: int, spent: int) -> int:
    """Fewest steps of a continuation: with what is left of the total, an epoch."""
    return config.learner.batch_size - _rest(config, total_steps, spent)


def budget_of(config: RunConfig, more: Continuation, spent: int) -> int:
    """What a continuation may spend: its steps, and a rest of less than an epoch that the run could not use."""
    return more.steps + _rest(config, more.total_steps - more.steps, spent)


def continued(config: RunConfig, state: RunState, result: Plan) -> Plan:
    """The next step of the first continuation that has not ended; `result` is how the run had ended before."""
    for more in state.continuations:
        step = _step(config, state, more, result)
        if step is not None:
            return replace(step, warnings=result.warnings, cycle=result.cycle)
    if not state.continuations:
        return result
    return replace(result, message=_message(config, state))


def _step(config: RunConfig, state: RunState, more: Continuation, result: Plan) -> Plan | None:
    """None once the continuation is trained and evaluated."""
    job = state.job(keys.continued(more.number))
    if job is None:
        return _begin(config, state, more, result.cycle)
    if job.failed:
        return Plan.failed(job)
    if not job.ended:
        return Plan(_status(job), f"continued: training on for {job.budget} steps")
    evaluation, message = state.job(keys.continued_evaluation(more.number)), "running the evaluation after continuing"
    if evaluation is None:
        key = keys.continued_evaluation(more.number)
        new = jobs.measurement(config, result.cycle, key, CheckpointSource(job=job.key))
        return Plan("evaluation", message, jobs=(new,))
    if evaluation.failed:
        return Plan.failed(evaluation)
    return None if evaluation.ended else Plan("evaluation", message)


def _begin(config: RunConfig, state: RunState, more: Continuation, cycle: int) -> Plan:
    policy = last_policy(state.jobs)
    assert policy is not None  # a run that succeeded has trained
    budget = budget_of(config, more, state.spent)
    new = jobs.continued(config, more, cycle, policy, budget, state.spent)
    return Plan(_status(policy), f"continued: training on for {budget} steps", jobs=(new,))


def _status(job: JobView) -> RunStatus:
    return "finetune" if job.kind == "finetune" else "generalist"


def _message(config: RunConfig, state: RunState) -> str:
    newest = state.continuations[-1]
    steps = sum(more.steps for more in state.continuations)
    reached = score(config.suite, state.evaluations.get(keys.continued_evaluation(newest.number), ()))
    message = f"continued by {steps} steps after its result was seen, and evaluated"
    return message if reached is None else f"{message}: score {reached:.3f}"


def _rest(config: RunConfig, total_steps: int, spent: int) -> int:
    left = max(0, total_steps - spent)
    return left if left < config.learner.batch_size else 0
