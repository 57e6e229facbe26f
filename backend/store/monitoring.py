"""Counts for Prometheus, as rows of numbers by label: from small tables alone, never from returns or epochs."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Artifact, Gate, Job, Run
from gsl.backend.domain.waiting import workers_of
from gsl.backend.store import turns
from gsl.backend.store.jobs import queue
from gsl.backend.store.run_progress import live_workers

_SQLITE_BYTES = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
_NEED = ("suite", "worker_label")
_POSTGRES_BYTES = "SELECT pg_database_size(current_database())"


@dataclass(frozen=True)
class Gauge:
    """One number for each combination of labels."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


def gauges(session: Session) -> list[Gauge]:
    jobs = session.exec(select(Job.status, Job.kind, func.count()).group_by(col(Job.status), col(Job.kind)))
    runs = session.exec(select(Run.status, func.count()).group_by(col(Run.status)))
    files = session.exec(select(Artifact.kind, func.sum(Artifact.size)).group_by(col(Artifact.kind)))
    return [
        Gauge("gsl_jobs", "Jobs by status and kind.", ("status", "kind"), {(s, k): n for s, k, n in jobs}),
        Gauge("gsl_runs", "Runs by status.", ("status",), {(status,): number for status, number in runs}),
        Gauge("gsl_jobs_ready", "Jobs that a worker could take now, by what they need.", _NEED, _ready(session)),
        Gauge("gsl_queue_wait_seconds", "How long the first queued job has waited.", (), {(): _wait(session)}),
        Gauge("gsl_gates_awaiting", "Gates that await a decision.", (), {(): _open_gates(session)}),
        *_workers(session),
        Gauge("gsl_database_bytes", "Size of the database.", (), {(): float(database_bytes(session))}),
        Gauge("gsl_stored_bytes", "Size of stored files by kind.", ("kind",), {(k,): float(n) for k, n in files}),
    ]


def _ready(session: Session) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for need, number in queue.ready(session).items():
        found[need.suite, need.label] = found.get((need.suite, need.label), 0.0) + number
    return found


def _wait(session: Session) -> float:
    """Of the job that has been queued for a worker longest and whose pause is over, in seconds."""
    waiting = (Job.status == "queued", col(Job.queued_at) <= now(), turns.of_workers())
    queued = select(Job.queued_at).join(Run, col(Run.id) == col(Job.run_id)).where(*waiting)
    since = session.exec(queued.order_by(col(Job.queued_at)).limit(1)).first()
    return 0.0 if since is None else (now() - since).total_seconds()


def _open_gates(session: Session) -> float:
    return session.exec(select(func.count()).where(Gate.status == "open")).one()


def _workers(session: Session) -> list[Gauge]:
    live = workers_of(live_workers(session, drained=True))
    states = {"busy": 0.0, "idle": 0.0, "in trouble": 0.0, "draining": 0.0}
    for slot in live:
        idle = "draining" if slot.draining else "idle"
        states["in trouble" if slot.trouble else idle if slot.job_id is None else "busy"] += 1
    by_state: dict[tuple[str, ...], float] = {(state,): number for state, number in states.items()}
    return [
        Gauge("gsl_workers", "Machines with a live worker.", (), {(): len({slot.host for slot in live})}),
        Gauge("gsl_slots", "Live worker slots.", ("state",), by_state),
    ]


def database_bytes(session: Session) -> int:
    connection = session.connection()
    query = _POSTGRES_BYTES if connection.dialect.name == "postgresql" else _SQLITE_BYTES
    return int(connection.scalar(text(query)) or 0)
