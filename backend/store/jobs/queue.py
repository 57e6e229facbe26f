"""The queue of record: jobs that were lost, that have yet to be dispatched, or that no worker picked up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, not_, text
from sqlmodel import Session, and_, col, func, or_, select, update

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.store import quotas, turns, webhooks
from gsl.backend.store.jobs.planning import set_job
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.dispatch import Ability, Need
from gsl.protocol.jobs import ENDED, VIDEO

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)
_MACHINE_PAUSE = timedelta(seconds=20)
_REAPER_LOCK = 0x67736C  # any number, the same in all API processes


def is_only_reaper(session: Session) -> bool:
    """Whether this process alone recovers jobs until the transaction ends. On SQLite there is only one writer."""
    if session.connection().dialect.name != "postgresql":
        return True
    return bool(session.connection().scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _REAPER_LOCK}))


def runs_with_lost_jobs(session: Session) -> Sequence[int]:
    """Runs with a job that was given back as lost, or whose lease has expired."""
    expired = and_(col(Job.status) == "running", col(Job.lease_until) < now())
    return session.exec(select(Job.run_id).where(or_(col(Job.status) == "lost", expired)).distinct()).all()


def recover(session: Session, run: Run, max_attempts: int) -> None:
    """Queue the lost jobs of a locked run again, or fail those that were lost too often without progress.

    The first loss is made good at once, further ones after a pause that doubles, and one that was the fault of the
    worker's machine after `_MACHINE_PAUSE`.
    """
    mine = (Job.run_id == run.id, col(Job.status).in_(("running", "lost")))
    silent_workers: dict[str, list[str]] = {}
    for job in session.exec(select(Job).where(*mine).with_for_update().execution_options(populate_existing=True)):
        silent = job.status == "running" and job.lease_until is not None and job.lease_until < now()
        if silent:
            job.error = f"worker {job.worker} sent no heartbeat until its lease expired"
            silent_workers.setdefault(job.worker or "", []).append(job.key)
        if silent or job.status == "lost":
            _recover(session, run, job, max_attempts)
    for worker, jobs in silent_workers.items():
        message = f"{worker} sent no heartbeat until its lease expired"
        webhooks.tell(session, "worker.lost", run, message, worker=worker, jobs=jobs)


def _recover(session: Session, run: Run, job: Job, max_attempts: int) -> None:
    if job.error:  # a job given back without an error was merely stopped
        further = job.steps > job.lost_at_steps
        job.losses, job.lost_at_steps = 1 if further else job.losses + 1, job.steps
    video = job.kind == VIDEO
    if run.deleted_at is not None or (job.desired_state == "cancel" if video else run.status in ENDED):
        set_job(job, "cancelled")
    elif job.losses >= max_attempts:
        set_job(job, "failed")
        job.error = f"lost {job.losses} times in a row without progress; the last time: {job.error}"
    else:
        set_job(job, "queued" if video or run.desired_state == "run" else "lost")
        job.queued_at += _pause(job)
    why = job.error or job.message or "its worker was stopped"
    detail = f"{job.key}, attempt {job.attempt}: {why}; now {job.status}"
    record_event(session, "orchestrator", "lost", detail, run_id=run.id, job_id=job.id)


def _pause(job: Job) -> timedelta:
    if not job.error:
        return _MACHINE_PAUSE if job.message else timedelta()
    return timedelta() if job.losses < 2 else min(_SHORTEST_PAUSE * 2 ** (job.losses - 2), _LONGEST_PAUSE)


def requeue_of(session: Session, prefix: str) -> int:
    """Mark the jobs of workers that are known to be gone as lost, so that they are queued again; returns how many.

    `prefix` is what the workers' names begin with. Their leases need not expire first, and the loss does not count
    against the jobs.
    """
    theirs = col(Job.worker).startswith(prefix, autoescape=True)
    jobs = session.exec(select(Job).where(Job.status == "running", theirs).with_for_update()).all()
    for job in jobs:
        job.status, job.lease_until, job.message = "lost", None, ""
    return len(jobs)


def not_dispatched(session: Session) -> list[int]:
    """Queued jobs for which no message was sent since they were queued, except those whose pause is not over."""
    new = (Job.status == "queued", col(Job.dispatched_at).is_(None), col(Job.queued_at) <= now())
    waiting = select(Job.id).join(Run, col(Run.id) == col(Job.run_id)).where(*new, turns.of_workers())
    return [job_id for job_id in session.exec(waiting.order_by(col(Job.queued_at), col(Job.id))) if job_id is not None]


def not_picked_up(session: Session, seconds: float) -> dict[Need, list[int]]:
    """Jobs that are still queued so many seconds after their message was sent, by need; without those that a quota
    holds, so that one is dispatched again as soon as there is room."""
    long_ago = now() - timedelta(seconds=seconds)
    columns: tuple[Any, ...] = (*turns.NEED, Job.id)
    waiting = select(*columns).join(Run, col(Run.id) == col(Job.run_id))
    waiting = waiting.where(Job.status == "queued", col(Job.dispatched_at) < long_ago, not_(quotas.is_held()))
    found: dict[Need, list[int]] = {}
    for *need, job_id in session.execute(waiting.order_by(col(Job.queued_at), col(Job.id))):
        found.setdefault(Need(*need), []).append(job_id)
    return found


def ready(session: Session, *shown: ColumnElement[bool]) -> dict[Need, int]:
    """Number of jobs that a worker could take at this moment, by what they need of it; of runs that are `shown`."""
    columns: tuple[Any, ...] = (*turns.NEED, func.count())
    due = (Job.status == "queued", col(Job.queued_at) <= now(), turns.of_workers(), not_(quotas.is_held()), *shown)
    query = select(*columns).select_from(Job).join(Run, col(Run.id) == col(Job.run_id)).where(*due)
    return {Need(*need): number for *need, number in session.execute(query.group_by(*turns.NEED))}


def count_dispatched(session: Session, worker: Ability) -> int:
    """Number of queued jobs that the worker can run, that a message was sent for and that no quota holds."""
    waiting = select(func.count()).select_from(Job).join(Run, col(Run.id) == col(Job.run_id))
    dispatched = (Job.status == "queued", col(Job.dispatched_at).is_not(None), turns.is_for(worker))
    return session.exec(waiting.where(*dispatched, not_(quotas.is_held()))).one()


def mark_dispatched(session: Session, job_ids: Sequence[int]) -> None:
    """Record that the broker took a message for these jobs just now."""
    session.execute(update(Job).where(col(Job.id).in_(job_ids)).values(dispatched_at=now()))


def needs_of(session: Session, job_ids: Sequence[int]) -> list[tuple[int, Need]]:
    """Jobs with what a worker needs to run them, in the order given."""
    columns: tuple[Any, ...] = (Job.id, *turns.NEED)
    query = select(*columns).join(Run, col(Run.id) == col(Job.run_id))
    rows = session.execute(query.where(col(Job.id).in_(job_ids)))
    needs = {job_id: Need(*need) for job_id, *need in rows}
    return [(job_id, needs[job_id]) for job_id in job_ids if job_id in needs]
