"""Going on with runs that had succeeded: who may, together with which others, and what is written down of it."""

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, InvalidError, from_validation
from gsl.backend.store import continuations, quotas, reach, runs, workers
from gsl.backend.store.configs import check_readable, config_of
from gsl.backend.store.jobs.status import record_event, set_status
from gsl.config.run import RunConfig
from gsl.phases import continuing
from gsl.protocol.api.continuing import ContinuationOffer, ContinuedWith, RunContinue
from gsl.protocol.api.runs import ContinuationPublic
from gsl.protocol.dispatch import needed

SEEN = "the budget was decided after the result was seen"
_INSTEAD = {"failed": ": try it again instead", "cancelled": ": fork it instead"}


def offer(session: Session, run: Run) -> ContinuationOffer:
    """What a continuation would go on from, and with which others. Changes nothing."""
    why_not = _why_not(session, run)
    config = None if why_not else config_of(run)
    job = None if why_not else continuations.policy_job(session, run)
    speed = job.steps_per_second if job else None
    return ContinuationOffer(
        run_id=run.id or 0,
        why_not=why_not,
        policy=job.key if job else None,
        epoch_steps=config.learner.batch_size if config else None,
        least_steps=continuing.least_steps(config, run.total_steps, run.spent_steps) if config else None,
        total_steps=run.total_steps,
        spent_steps=run.spent_steps,
        seconds_per_step=1 / speed if speed else None,
        others=tuple(_other(session, run, other) for other in continuations.others(session, run)),
    )


def continue_runs(session: Session, run_id: int, body: RunContinue, who: Identity) -> list[Run]:
    """The run, and the others that go on with it, with what they train on for; the planner adds the jobs.

    Raises `ConflictError` if one of them cannot, and `InvalidError` for steps that are too few or too many.
    """
    found = _chosen(session, run_id, body, who)
    if body.total_steps not in (None, found[0].total_steps):
        raise ConflictError(
            f"Run {run_id} has {found[0].total_steps:,} steps by now, not {body.total_steps:,}: it was continued "
            "meanwhile, so nothing was done."
        )
    for run in found:
        _continue(session, run, body.steps, who.name)
    return found


def _chosen(session: Session, run_id: int, body: RunContinue, who: Identity) -> list[Run]:
    """Locked in the order of their ids, so that two requests for the same runs do not wait for each other."""
    run = runs.get(session, run_id)
    beside = [other for other in continuations.others(session, run) if _comes_along(run, other)]
    if body.with_baseline and not beside:
        raise ConflictError(
            f"Run {run_id} has no baseline, and no other arm of its seed in an experiment, that was continued by as "
            "much: continue it alone, or launch a baseline first."
        )
    ids = [run_id, *(other.id or 0 for other in beside)] if body.with_baseline else [run_id]
    for one in ids:
        reach.check(session, who, "run", one, "member")
    locked = {one: runs.locked(session, one) for one in sorted(ids)}
    return [locked[one] for one in ids]


def _continue(session: Session, run: Run, steps: int, who: str) -> None:
    config, job = config_of(run), check(session, run)
    workers.check_runnable(session, {"steps": needed(config)})
    _check_steps(run, config, steps)
    more = ContinuationPublic(
        number=1 + len(continuations.planned(session, run)),
        steps=steps,
        total_steps=run.total_steps + steps,
        policy=job.key,
        score=run.score,
        held_out_score=run.held_out_score,
        asked_by=who,
        asked_at=now(),
    )
    continuations.add(session, run, more)
    session.flush()
    quotas.check_more(session, run, steps)
    reached = "" if run.score is None else f", score {run.score:.3f}"
    detail = f"by {steps:,} steps, to {run.total_steps:,}, from {job.key}{reached}; {SEEN}"
    record_event(session, who, "continued", detail, run_id=run.id)
    run.desired_state = "run"
    set_status(run, "queued", f"continuing by {steps:,} steps")


def check(session: Session, run: Run) -> Job:
    """The job whose checkpoint the run would go on from. Raises `ConflictError` if it cannot be continued."""
    if run.status != "succeeded":
        instead = _INSTEAD.get(run.status, "")
        raise ConflictError(f"Run {run.id} is {run.status}: only a run that succeeded can be continued{instead}.")
    check_readable(run)
    if run.record_sha256:
        raise ConflictError(f"Run {run.id} was imported, so its checkpoints are not here.")
    if run.archived_at is not None:
        raise ConflictError(f"Run {run.id} is archived: take it out of the archive first.")
    if continuations.is_trial(session, run):
        raise ConflictError(
            f"Run {run.id} is a trial of a sweep, which compares trials as they were launched: fork it instead."
        )
    job = continuations.policy_job(session, run)
    if job is None or not continuations.has_checkpoint(session, job):
        raise ConflictError(f"Run {run.id} has no stored checkpoint of its policy any more, so it cannot go on.")
    return job


def _why_not(session: Session, run: Run) -> str:
    try:
        check(session, run)
    except ConflictError as error:
        return error.detail
    return ""


def _check_steps(run: Run, config: RunConfig, steps: int) -> None:
    least = continuing.least_steps(config, run.total_steps, run.spent_steps)
    if steps < least:
        whole = f"an epoch has {config.learner.batch_size:,} steps"
        raise InvalidError.field("steps", f"at least {least:,} are needed to continue run {run.id}: {whole}")
    plain = config.model_dump(mode="json")
    budget = {**plain["budget"], "total_steps": run.total_steps + steps}
    try:
        RunConfig.model_validate({**plain, "budget": budget})
    except ValidationError as error:
        raise InvalidError.field(
            "steps", f"run {run.id} cannot have so many: {from_validation(error).detail}"
        ) from error


def _comes_along(run: Run, other: Run) -> bool:
    """Arms stay at equal steps if those go on together that were continued by as much."""
    return other.continued_steps == run.continued_steps


def _other(session: Session, run: Run, other: Run) -> ContinuedWith:
    own = other.model_dump(include=set(ContinuedWith.model_fields))
    return ContinuedWith(
        **own,
        comes_along=_comes_along(run, other),
        behind_steps=max(0, run.continued_steps - other.continued_steps),
        why_not=_why_not(session, other),
    )
