"""Trying again what failed: the jobs are queued once more and resume from their last checkpoints."""

from sqlmodel import Session

from gsl.backend.db.models import Job, Run
from gsl.backend.errors import ConflictError
from gsl.backend.store import gates
from gsl.backend.store.configs import check_readable, config_of
from gsl.backend.store.jobs import planning
from gsl.backend.store.jobs.status import record_event, set_status
from gsl.phases import Plan, plan
from gsl.phases.keys import of_continuation
from gsl.protocol.jobs import VIDEO

_FAILED = ("failed", "cancelled")


def retry_run(session: Session, run: Run, who: str) -> None:
    """Queue the jobs that failed a run, and those that were stopped because of it. Called with the run locked.

    A run that was cancelled while it was continued can be tried again, too: its result before counts otherwise no more.

    Raises `ConflictError` if the run has not failed.
    """
    if run.status != "failed" and not (run.status == "cancelled" and run.continued_steps):
        raise ConflictError(f"Run {run.id} is {run.status}: only a run that failed can be tried again.")
    check_readable(run)
    if run.record_sha256:
        raise ConflictError(f"Run {run.id} was imported, so its checkpoints are not here.")
    run.desired_state = "run"
    for job in planning.jobs_with(session, run, "cancelled"):
        if not run.continued_steps or of_continuation(job.key):  # what its result did without stays as it is
            _queue(session, run, job, who)
    while (step := _plan(session, run)).failed_job:
        for job in planning.jobs_with(session, run, *_FAILED):
            if job.key == step.failed_job:
                _queue(session, run, job, who)
    if step.status == "failed":
        raise ConflictError(f"Run {run.id} has no job to try again: {step.message}")
    set_status(run, "queued", "trying again")


def retry_job(session: Session, run: Run, job: Job, who: str) -> None:
    """Queue one failed job. Called with run and job locked.

    Raises `ConflictError` unless the job failed its run, or is a specialist's while the others are still at work.
    """
    if job.kind == VIDEO:
        raise ConflictError(f"Job {job.id} makes a video: try that again.")
    if job.status not in _FAILED:
        raise ConflictError(f"Job {job.id} is {job.status}: only a job that failed can be tried again.")
    check_readable(run)
    if run.status == "failed":
        if _plan(session, run).failed_job != job.key:
            raise ConflictError(f"Run {run.id} did not fail because of {job.key}. Try the run again: {run.message}")
        retry_run(session, run, who)
    elif _waits_for(session, run, job):
        gates.withdraw_too_few(session, run)  # the question may not arise again
        _queue(session, run, job, who)
    else:
        raise ConflictError(f"Run {run.id} is {run.status} and has gone on without {job.key}.")


def _waits_for(session: Session, run: Run, job: Job) -> bool:
    """Whether the run can still make use of a specialist that failed.

    With halving it cannot: the others have been given its steps.
    """
    asked = gates.open_too_few(session, run) is not None
    at_work = run.status == "specialists" or (run.status == "awaiting_approval" and asked)
    halved = config_of(run).specialists.rungs > 1
    return at_work and job.phase == "specialists" and job.cycle == run.cycle and not halved


def _plan(session: Session, run: Run) -> Plan:
    session.flush()
    return plan(config_of(run), planning.load_state(session, run))


def _queue(session: Session, run: Run, job: Job, who: str) -> None:
    planning.set_job(job, "queued")
    job.desired_state, job.losses, job.ended_at, job.error, job.message = "run", 0, None, None, ""
    record_event(session, who, "tried again", job.key, run_id=run.id, job_id=job.id)
