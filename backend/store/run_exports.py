"""How far runs have been exported: what is due, what comes next of a job, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, and_, col, delete, func, or_, select, update

from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.export_models import ExportCursor, RunExport
from gsl.backend.db.models import Epoch, Job, Run
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.exports import ALL, reports_of
from gsl.backend.store.jobs.locks import lock_run
from gsl.exporters.about import About, Ending, suite_of
from gsl.exporters.of_record import ExportedJob
from gsl.exporters.points import Point, points
from gsl.protocol.api.exporting import Exporter
from gsl.protocol.jobs import ENDED, Work

_KINDS = ("generalist", "evaluation", "specialist", "finetune")
_EPOCHS = 500
"""Most epochs of one chunk."""


def due(session: Session, exporter: Exporter, by_default: bool, limit: int) -> Sequence[int]:
    """Runs of which something new is to be exported, those that go on first."""
    mine = and_(RunExport.run_id == Run.id, RunExport.exporter == exporter)
    free = or_(col(RunExport.claimed_until).is_(None), col(RunExport.claimed_until) < now())
    behind = or_(RunExport.revision != Run.revision, RunExport.status != Run.status)
    stale = or_(col(RunExport.run_id).is_(None), and_(free, col(RunExport.next_at) <= now(), behind))
    wanted: list[Any] = [_wanted(exporter, by_default), col(Run.deleted_at).is_(None), stale]
    if exporter == "wandb":  # written once the run has ended, because nothing can be taken back in it
        wanted.append(col(Run.status).in_(ENDED))
    query = select(Run.id).outerjoin(RunExport, mine).where(*wanted)
    first = query.order_by(col(Run.status).in_(ENDED), col(Run.id).desc()).limit(limit)
    return [run_id for run_id in session.exec(first) if run_id is not None]


def _wanted(exporter: Exporter, by_default: bool) -> Any:
    """Few runs choose for themselves; an index has those, and a subquery makes SQLite use it."""
    chosen = cast(col(Run.exporters), String).like(f'%"{exporter}"%')
    if by_default:
        return or_(chosen, col(Run.exporters).is_(None))
    return col(Run.id).in_(select(Run.id).where(col(Run.exporters).is_not(None), chosen))


def claim(session: Session, run_id: int, exporter: Exporter, for_: timedelta) -> RunExport | None:
    """Take the run's export for this process alone; None if another one has it, or the run is gone."""
    run = lock_run(session, run_id)
    if run is None:
        return None
    row = session.get(RunExport, (run_id, exporter), with_for_update=True)
    if row is None:
        row = RunExport(run_id=run_id, exporter=exporter, folder=about(run).folder)
        session.add(row)
    elif row.claimed_until is not None and row.claimed_until > now():
        return None
    row.claimed_until = now() + for_
    session.flush()
    return row


def about(run: Run) -> About:
    facts = {"arm": run.arm_name, "notes": run.notes}
    return About(run.id or 0, run.name, run.created_at, run.config, tuple(run.tags), facts)


def ending(run: Run) -> Ending:
    values = {
        "final/score": run.score,
        "final/held_out_score": run.held_out_score,
        "final/training_return": run.mean_return,
    }
    at = (run.ended_at or run.updated_at).timestamp()
    return Ending(run.status, at, run.spent_steps, {name: v for name, v in values.items() if v is not None})


def done(session: Session, row: RunExport, revision: int, status: str, size: int) -> None:
    """Everything of this revision is exported."""
    values = {"revision": revision, "status": status, "size": size, "error": None}
    _settle(session, row, {**values, "exported_at": now(), "claimed_until": None})


def failed(session: Session, row: RunExport, error: str, pause: timedelta) -> None:
    """To be tried again after the pause."""
    _settle(session, row, {"error": error[:500], "next_at": now() + pause, "claimed_until": None})


def release(session: Session, row: RunExport) -> None:
    """For any process to go on with."""
    _settle(session, row, {"claimed_until": None})


def keep(session: Session, row: RunExport, for_: timedelta) -> None:
    """This process is still at it."""
    _settle(session, row, {"claimed_until": now() + for_})


def sized(session: Session, row: RunExport, size: int) -> None:
    """The file about the run as a whole has this many bytes."""
    _settle(session, row, {"size": size})


def start_over(session: Session, row: RunExport) -> None:
    """The files are gone, so all of them are written again."""
    jobs = select(Job.id).where(Job.run_id == row.run_id)
    mine = (col(ExportCursor.job_id).in_(jobs), col(ExportCursor.exporter) == row.exporter)
    session.execute(delete(ExportCursor).where(*mine))
    _settle(session, row, {"size": 0, "revision": -1, "claimed_until": None})


def _settle(session: Session, row: RunExport, values: dict[str, Any]) -> None:
    mine = (col(RunExport.run_id) == row.run_id, col(RunExport.exporter) == row.exporter)
    session.execute(update(RunExport).where(*mine).values(**values))


@dataclass(frozen=True)
class Chunk:
    """What comes next of a job. `restart`: the step from which on everything exported before is no longer so."""

    job_id: int
    key: str
    began: datetime
    cursor: ExportCursor
    points: tuple[Point, ...]
    restart: int | None
    more: bool

    @property
    def at(self) -> float:
        """When the trainer went on, as far as that is known."""
        return self.points[0].at if self.points else self.began.timestamp()

    @property
    def place(self) -> int:
        return self.points[-1].place if self.points else kept(self.cursor)


def kept(cursor: ExportCursor) -> int:
    """The last place that was exported and still counts."""
    return cursor.place if cursor.rewound_to is None else min(cursor.place, 2 * cursor.rewound_to + 1)


def behind(session: Session, run_id: int, exporter: Exporter) -> Sequence[int]:
    """Jobs of the run of which something is to be exported, in the order of planning."""
    mine = and_(ExportCursor.job_id == Job.id, ExportCursor.exporter == exporter)
    trained = select(2 * func.max(Epoch.epoch)).where(Epoch.job_id == Job.id).scalar_subquery()
    measured = select(2 * func.max(EvaluationMean.epoch) + 1).where(EvaluationMean.job_id == Job.id).scalar_subquery()
    place = func.coalesce(ExportCursor.place, -1)
    news = or_(trained > place, measured > place, col(ExportCursor.rewound_to).is_not(None))
    query = select(Job.id).outerjoin(ExportCursor, mine)
    ids = session.exec(query.where(Job.run_id == run_id, col(Job.kind).in_(_KINDS), news).order_by(col(Job.id)))
    return [job_id for job_id in ids if job_id is not None]


def chunk(session: Session, run: Run, job_id: int, exporter: Exporter) -> Chunk:
    """The next epochs and evaluations of one of the run's jobs."""
    job = session.get_one(Job, job_id)
    cursor = session.get(ExportCursor, (job_id, exporter)) or ExportCursor(job_id=job_id, exporter=exporter)
    after = kept(cursor)
    first = max(after, 0) // 2
    query = select(Epoch.epoch).where(Epoch.job_id == job_id, Epoch.epoch >= first).order_by(col(Epoch.epoch))
    epochs = session.exec(query.limit(_EPOCHS)).all()
    more = len(epochs) == _EPOCHS
    found = _points(session, run, job, first, epochs[-1] if more else ALL)
    restart = None
    if after < cursor.place:
        steps = select(Epoch.job_steps).where(Epoch.job_id == job_id, Epoch.epoch == cursor.rewound_to)
        restart = job.start_steps + (session.exec(steps).first() or 0) + 1
    fresh = tuple(point for point in found if point.place > after)
    return Chunk(job_id, job.key, job.created_at, cursor, fresh, restart, more)


def _points(session: Session, run: Run, job: Job, first: int = 0, last: int = ALL) -> list[Point]:
    times = select(Epoch.epoch, Epoch.at).where(Epoch.job_id == job.id, col(Epoch.epoch).between(first, last))
    ended = {epoch: at.timestamp() for epoch, at in session.exec(times)}
    began = (job.started_at or job.created_at).timestamp()
    suite = None if read_only(run) else suite_of(config_of(run))
    found = reports_of(session, job, first, last)
    return list(points(found, suite, job.start_steps, lambda epoch: ended.get(epoch, began)))


def advance(session: Session, chunk: Chunk, size: int) -> None:
    """The chunk is written. What the trainer has taken back meanwhile stays to be told."""
    seen = chunk.cursor
    row = session.get(ExportCursor, (chunk.job_id, seen.exporter), with_for_update=True)
    if row is None:
        row = ExportCursor(job_id=chunk.job_id, exporter=seen.exporter)
        session.add(row)
    row.place, row.size = chunk.place, size
    if row.rewinds == seen.rewinds:
        row.rewound_to = None


def jobs_of(session: Session, run: Run) -> list[ExportedJob]:
    """All of a run that has ended."""
    query = select(Job).where(Job.run_id == run.id, col(Job.kind).in_(_KINDS)).order_by(col(Job.id))
    found = [(job, _points(session, run, job)) for job in session.exec(query)]
    return [ExportedJob(_work(job), job.started_at or job.created_at, tuple(points)) for job, points in found if points]


def _work(job: Job) -> Work:
    return Work.model_validate({name: job.spec[name] for name in Work.model_fields if name in job.spec})


def rows_of(session: Session, run_id: int) -> dict[str, RunExport]:
    """By exporter."""
    return {row.exporter: row for row in session.exec(select(RunExport).where(RunExport.run_id == run_id))}


def troubled(session: Session) -> tuple[int, str]:
    """How many runs could not be exported at the last try, and why the last of them could not."""
    failed = col(RunExport.error).is_not(None)
    count = session.exec(select(func.count()).select_from(RunExport).where(failed)).one()
    last = session.exec(select(RunExport.error).where(failed).order_by(col(RunExport.next_at).desc()).limit(1)).first()
    return count, last or ""
