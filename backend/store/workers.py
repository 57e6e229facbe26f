"""Workers as they describe themselves."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import not_
from sqlmodel import Session, and_, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run, Worker
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.waiting import able, refusal, stuck, workers_of
from gsl.backend.errors import ConflictError, InvalidError, NotFoundError
from gsl.backend.store import quotas, reach, turns, worker_usage
from gsl.backend.store.jobs import queue
from gsl.backend.store.run_progress import LIVE_S, live_workers
from gsl.protocol.api import FieldError, WorkerPublic
from gsl.protocol.dispatch import SCRIPT, Need
from gsl.protocol.lease import RegistrationReply, WorkerInfo, WorkerUse

_FORGOTTEN_AFTER = timedelta(days=7)


def announce(session: Session, info: WorkerInfo) -> RegistrationReply:
    """Store what a worker says; the speeds it measured earlier stay. Returns what it should be working on."""
    worker = session.get(Worker, info.name)
    fields = info.model_dump(mode="json", exclude={"speeds", "job_id", "use"})
    if worker is None:
        worker = Worker(**fields)
        session.add(worker)
    else:
        worker.sqlmodel_update(fields)
    worker.speeds = {**worker.speeds, **info.speeds}
    job = None if info.job_id is None else session.get(Job, info.job_id)
    worker.job_id = None if job is None else job.id
    worker.last_seen = now()
    worker_usage.keep(session, info.name, info.use)
    held = session.exec(select(Job.id).where(Job.status == "running", Job.worker == info.name)).first()
    waiting = 0 if worker.draining else queue.count_dispatched(session, info)
    return RegistrationReply(job_id=held, waiting_jobs=waiting)


def is_draining(session: Session, name: str) -> bool:
    """Whether the worker was told to take no new job."""
    return bool(session.exec(select(Worker.draining).where(Worker.name == name)).first())


def drain(session: Session, who: Identity, name: str, draining: bool) -> WorkerPublic:
    """Let the worker take no new job, or take jobs again. Raises `NotFoundError`."""
    worker = _known(session, name)
    worker.draining = draining
    session.flush()
    return next(each for each in listed(session, who, name))


def remove(session: Session, name: str) -> None:
    """Forget a worker that is gone. Raises `NotFoundError`, and `ConflictError` while it lives or holds a job."""
    worker = _known(session, name)
    held = session.exec(select(Job.id).where(Job.status == "running", Job.worker == name)).first()
    if _is_live(worker) or held is not None:
        why = f"still holds job {held}" if held is not None else "is live"
        raise ConflictError(f"Worker {name} {why}. Stop it first; it can be removed {LIVE_S} s after its last sign.")
    session.delete(worker)


def _known(session: Session, name: str) -> Worker:
    found = session.exec(select(Worker).where(Worker.name == name).with_for_update()).first()
    if found is None:
        raise NotFoundError.of("worker", name)
    return found


def listed(session: Session, who: Identity, name: str | None = None) -> list[WorkerPublic]:
    """Live ones first; those silent for a week are left out, unless one is asked for by `name`. Jobs that are not there
    for the person are left out."""
    query = (
        select(Worker, Job.run_id, col(Run.id).is_not(None))
        .join(Job, col(Job.id) == col(Worker.job_id), isouter=True)
        .join(Run, and_(col(Run.id) == col(Job.run_id), *reach.visible(who, Run.project_id)), isouter=True)
        .where(col(Worker.last_seen) > now() - _FORGOTTEN_AFTER if name is None else col(Worker.name) == name)
        .order_by(col(Worker.name))
    )
    used = worker_usage.newest(session)
    found = [
        _public(worker, run_id if shown else None, shown, used.get(worker.name))
        for worker, run_id, shown in session.exec(query)
    ]
    return sorted(found, key=lambda worker: not worker.live)


def workers_by_suite(session: Session) -> dict[str, list[str]]:
    """Names of the live workers that can run each suite; a suite that none can run is left out."""
    found: dict[str, list[str]] = {}
    for worker in sorted(live_workers(session), key=lambda worker: worker.name):
        for suite in worker.suites:
            found.setdefault(suite, []).append(worker.name)
    return found


def without_worker(session: Session, seconds: float) -> list[str]:
    """What to say of jobs that no live worker can run although they were queued so many seconds ago."""
    live = live_workers(session)
    return [stuck(need, live) for need in _waiting_needs(session, seconds) if not able(need, live)]


def idle_although_jobs_wait(session: Session, seconds: float) -> str | None:
    """A live worker that has no job, although it could run one that was queued so many seconds ago."""
    idle = [worker for worker in live_workers(session) if worker.job_id is None and not worker.trouble]
    found = (able(need, idle) for need in _waiting_needs(session, seconds))
    return next((names[0] for names in found if names), None)


def _waiting_needs(session: Session, seconds: float) -> list[Need]:
    """Of jobs that were queued so many seconds ago, without those that a quota holds."""
    query = select(*turns.NEED).join(Job, col(Job.run_id) == col(Run.id)).distinct()
    waiting = (Job.status == "queued", col(Job.queued_at) < now() - timedelta(seconds=seconds))
    return sorted(
        Need(*row) for row in session.execute(query.where(*waiting, turns.of_workers(), not_(quotas.is_held())))
    )


def check_runnable(session: Session, needs: Mapping[str, str]) -> None:
    """Raises `InvalidError` for what no live worker can run, given by the field that names it.

    If no worker is live, nothing is refused: the run waits for the first one. Labels refuse nothing either, because
    machines that are started only while jobs wait for them have labels too.
    """
    by_script = [field for field, need in needs.items() if need == SCRIPT]
    if by_script:
        raise InvalidError.field(
            by_script[0], "is trained by a script that keeps control: gsl_track.track() launches it"
        )
    live = workers_of(live_workers(session))
    wrong = [
        FieldError(field=field, message=refusal(Need(suite), live))
        for field, suite in needs.items()
        if live and not able(Need(suite), live)
    ]
    if wrong:
        raise InvalidError("; ".join(f"{error.field}: {error.message}" for error in wrong[:5]), wrong)


def _public(worker: Worker, run_id: int | None, shown: bool, use: WorkerUse | None) -> WorkerPublic:
    live, own = _is_live(worker), worker.model_dump(exclude={"job_id"})
    return WorkerPublic(
        **own, job_id=worker.job_id if shown else None, live=live, run_id=run_id, use=use if live else None
    )


def _is_live(worker: Worker) -> bool:
    return now() - worker.last_seen < timedelta(seconds=LIVE_S)
