"""Which queued specialists a worker may train together with one that it holds, and how many of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from gsl.backend.db.models import Job, Run
from gsl.backend.store.run_progress import live_workers
from gsl.protocol.dispatch import Need, meets

_LOSSES = 2
"""Consecutive losses without progress after which a job trains by itself: it may have taken the others down."""


def share(session: Session, run: Run, job: Job, at: datetime) -> Sequence[Job]:
    """The specialists of the job's cycle that are due, locked, in the order of the queue: as many as leave as many for
    each other worker that is idle or trains some of them. None if the job is of another kind or trains by itself."""
    if job.kind != "specialist" or (job.losses >= _LOSSES and job.steps <= job.lost_at_steps):
        return []
    same = (Job.run_id == run.id, Job.kind == job.kind, Job.cycle == job.cycle)
    sound = or_(col(Job.losses) < _LOSSES, col(Job.steps) > col(Job.lost_at_steps))
    due = select(Job).where(*same, sound, Job.status == "queued", col(Job.queued_at) <= at)
    queued = session.exec(due.order_by(col(Job.queued_at), col(Job.id)).with_for_update()).all()
    holders = session.exec(select(Job.worker).where(*same, Job.status == "running")).all()
    workers = {*holders, *_idle(session, Need(run.needs, run.worker_label))}
    fair = -(-(len(queued) + len(holders)) // len(workers))
    return queued[: max(0, fair - holders.count(job.worker))]


def _idle(session: Session, need: Need) -> set[str]:
    """Live workers without a job that can run such jobs."""
    busy = session.exec(select(Job.worker).where(Job.status == "running").distinct())
    able = {worker.name for worker in live_workers(session) if meets(worker, need) and not worker.trouble}
    return able.difference(busy)
