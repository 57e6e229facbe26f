"""Jobs as the page sees them, and the queue."""

from typing import Any

from sqlmodel import Session, col, select

from backend.errors import NotFoundError
from backend.models import Job
from backend.schemas import JobPublic, QueuePublic

_QUEUE_SHOWN = 500
_FROM_ROW = set(JobPublic.model_fields) - {"variations", "eta_seconds"}


def get(session: Session, job_id: int) -> Job:
    """Raises `NotFoundError`."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError.of("job", job_id)
    return job


def of_run(session: Session, run_id: int) -> list[JobPublic]:
    """In the order they were planned."""
    return _public(session, select(Job).where(Job.run_id == run_id).order_by(col(Job.id)))


def queue(session: Session) -> QueuePublic:
    """What waits, first come first, and what runs."""
    waiting = select(Job).where(col(Job.status).in_(("queued", "lost"))).order_by(col(Job.queued_at), col(Job.id))
    running = select(Job).where(Job.status == "running").order_by(col(Job.started_at), col(Job.id))
    return QueuePublic(
        queued=_public(session, waiting.limit(_QUEUE_SHOWN)), running=_public(session, running.limit(_QUEUE_SHOWN))
    )


def _public(session: Session, query: Any) -> list[JobPublic]:
    return [public(job) for job in session.exec(query)]


def public(job: Job) -> JobPublic:
    fields = job.model_dump(include=_FROM_ROW)
    return JobPublic(**fields, variations=list(job.spec.get("variations", ())), eta_seconds=_eta(job))


def _eta(job: Job) -> float | None:
    if job.status != "running" or not job.steps_per_second:
        return None
    return max(0, job.budget_steps - job.steps) / job.steps_per_second
