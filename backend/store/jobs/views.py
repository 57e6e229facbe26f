"""Jobs and the queue as the API shows them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.waiting import able, waits_for
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.store import reach, turns
from gsl.backend.store.jobs import queue as job_queue
from gsl.backend.store.run_progress import activities, live_workers
from gsl.protocol.api import JobPublic, QueuePublic, WaitingPublic
from gsl.protocol.dispatch import Need
from gsl.protocol.jobs import VIDEO

_QUEUE_SHOWN = 500
_FROM_ROW = set(JobPublic.model_fields) - {"variations", "eta_seconds", "mean_return_source", "activity"}


def get(session: Session, job_id: int) -> Job:
    """Raises `NotFoundError`."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError.of("job", job_id)
    return job


def get_of_run(session: Session, job_id: int, run_id: int) -> Job:
    """Raises `NotFoundError`, and `InvalidError` if it is another run's."""
    job = get(session, job_id)
    if job.run_id != run_id:
        raise InvalidError.field("job_id", f"job {job_id} belongs to run {job.run_id}, not to run {run_id}")
    return job


def of_run(session: Session, run_id: int) -> list[JobPublic]:
    """In the order they were planned; without videos, which nobody planned."""
    return _public(session, select(Job).where(Job.run_id == run_id, Job.kind != VIDEO).order_by(col(Job.id)))


def steps_of(session: Session, run: Run, key: str) -> int:
    """Steps spent by the run's job with this key; 0 if the run has no such job."""
    return session.exec(select(Job.steps).where(Job.run_id == run.id, Job.key == key)).first() or 0


def queue(session: Session, who: Identity, label: str | None = None) -> QueuePublic:
    """Waiting jobs in the order in which they will start, and running jobs: those that are there for the person.
    With a label, those that are ready are counted for it alone."""
    shown = reach.visible(who, Run.project_id)
    jobs = select(Job).join(Run, col(Run.id) == col(Job.run_id)).where(*shown)
    places = {place.job_id: index for index, place in enumerate(turns.in_order(session, now(), _QUEUE_SHOWN))}
    waiting = jobs.where(or_(col(Job.id).in_(places), col(Job.status) == "lost")).limit(_QUEUE_SHOWN)
    queued = sorted(_public(session, waiting), key=lambda job: (places.get(job.id, len(places)), job.id))
    running = jobs.where(Job.status == "running").order_by(col(Job.started_at), col(Job.id))
    ready = job_queue.ready(session, *shown)
    return QueuePublic(
        queued=queued,
        running=_public(session, running.limit(_QUEUE_SHOWN)),
        waiting=_waiting(session, shown, ready),
        ready=sum(number for need, number in ready.items() if label in (None, need.label)),
    )


def _waiting(session: Session, shown: Sequence[ColumnElement[bool]], ready: Mapping[Need, int]) -> list[WaitingPublic]:
    """Queued jobs by what they need, the runs among them that have no running job, and the live workers that could
    take them."""
    busy = select(Job.run_id).where(Job.status == "running")
    needed: tuple[Any, ...] = (*turns.NEED, Job.run_id)
    columns: tuple[Any, ...] = (*needed, func.count(), col(Job.run_id).in_(busy))
    query = (
        select(*columns)
        .join(Run, col(Run.id) == col(Job.run_id))
        .where(col(Job.status).in_(("queued", "lost")), turns.of_workers(), *shown)
    )
    rows = session.execute(query.group_by(*needed).order_by(func.min(Job.queued_at)))
    by_need: dict[Need, list[tuple[int, int, bool]]] = {}
    for *need, run_id, count, is_busy in rows:
        by_need.setdefault(Need(*need), []).append((run_id, count, bool(is_busy)))
    live = live_workers(session)
    return [
        WaitingPublic(
            suite=need.suite,
            worker_label=need.label,
            video=need.video,
            ready=ready.get(need, 0),
            jobs=sum(count for _, count, _ in found),
            runs=[run_id for run_id, _, is_busy in found if not is_busy],
            workers=able(need, live),
            message=waits_for(need, live),
        )
        for need, found in by_need.items()
    ]


def _public(session: Session, query: Any) -> list[JobPublic]:
    jobs = list(session.exec(query))
    doing = activities(session, [job.id for job in jobs if job.id is not None])
    together = Counter(job.worker for job in jobs if job.status == "running")
    return [public(job, doing.get(job.id or 0, ""), together[job.worker]) for job in jobs]


def one(session: Session, job_id: int) -> JobPublic:
    """Raises `NotFoundError`."""
    job = get(session, job_id)
    theirs = select(func.count()).where(Job.status == "running", Job.worker == job.worker)
    return public(job, together=session.exec(theirs).one())


def public(job: Job, activity: str = "", together: int = 1) -> JobPublic:
    """`together`: how many jobs its worker has, which take turns in one trainer."""
    fields = job.model_dump(include=_FROM_ROW)
    return JobPublic(
        **fields,
        activity=activity,
        variations=list(job.spec.get("variations", ())),
        eta_seconds=_eta(job, together),
        mean_return_source=_source(job),
    )


def _source(job: Job) -> Literal["training", "evaluation"] | None:
    """A job that has trained shows its training; one that has not, its evaluation."""
    if job.mean_return is None:
        return None
    return "training" if job.epochs else "evaluation"


def _eta(job: Job, together: int) -> float | None:
    if job.status != "running" or not job.steps_per_second:
        return None
    return max(0, job.budget_steps - job.steps) / job.steps_per_second * together
