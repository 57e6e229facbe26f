"""How busy each worker's machine was: its newest look of every minute, for a day."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Worker
from gsl.backend.db.rollup_models import WorkerMinute
from gsl.backend.errors import NotFoundError
from gsl.backend.store.ingest.upsert import upsert
from gsl.protocol.api.catalogue import UsageSample, WorkerUsage
from gsl.protocol.lease import WorkerUse

KEPT = timedelta(hours=24)
_NEWEST = timedelta(minutes=2)
"""An older look says nothing of now: a worker looks every ten seconds."""


def keep(session: Session, worker: str, use: WorkerUse | None) -> None:
    """Let this look stand for its minute. Workers of earlier versions send none.

    The minutes of all workers that are over are forgotten here too: an index finds none, or one for each worker.
    """
    if use is None:
        return
    session.flush()
    upsert(session, WorkerMinute, [{"worker": worker, "minute": _minute(now()), "use": use.model_dump(mode="json")}])
    session.execute(delete(WorkerMinute).where(col(WorkerMinute.minute) < _minute(now() - KEPT)))


def newest(session: Session) -> dict[str, WorkerUse]:
    """By worker, of those that said something lately."""
    since = col(WorkerMinute.minute) >= _minute(now() - _NEWEST)
    found = session.exec(select(WorkerMinute).where(since).order_by(col(WorkerMinute.minute)))
    return {row.worker: WorkerUse.model_validate(row.use) for row in found}


def history(session: Session, worker: str, hours: float) -> WorkerUsage:
    """Oldest first; minutes in which it said nothing are left out. Raises `NotFoundError`."""
    if session.get(Worker, worker) is None:
        raise NotFoundError.of("worker", worker)
    since = _minute(now() - timedelta(hours=hours))
    query = select(WorkerMinute).where(WorkerMinute.worker == worker, col(WorkerMinute.minute) > since)
    rows = session.exec(query.order_by(col(WorkerMinute.minute)))
    samples = (UsageSample(at=_time(row.minute), use=WorkerUse.model_validate(row.use)) for row in rows)
    return WorkerUsage(worker=worker, samples=tuple(samples))


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _time(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
