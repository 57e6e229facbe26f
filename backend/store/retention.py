"""Which checkpoints nobody needs any more, and what is stored in all.

A trainer publishes a checkpoint every minute or every 25 epochs, and all of them are kept. Later only some are ever
asked for: the newest of a job, from which it resumes and the next phase starts; its best by evaluation; and the one at
which a plateau began (`jobs.leases`). Those are never removed, nor any of a job that has not ended, nor one from which
a fork is still to start, or a video to be made.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, func, not_
from sqlmodel import Session, col, delete, exists, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Artifact, Job, Plateau
from gsl.backend.store import forks, videos
from gsl.protocol.api import StoredKind
from gsl.protocol.jobs import ENDED

_SWEPT = ("checkpoint", "best")


def removable(session: Session, days: float, run_id: int | None = None) -> list[Artifact]:
    """Checkpoints of jobs that ended so many days ago, without those that are kept; by run and job."""
    query = _removable(session, select(Artifact), days)
    mine = query if run_id is None else query.where(col(Artifact.run_id) == run_id)
    return list(session.scalars(mine.order_by(col(Artifact.run_id), col(Artifact.job_id), col(Artifact.id))))


def runs_to_sweep(session: Session, days: float) -> list[int]:
    """Runs that have any."""
    query = _removable(session, select(col(Artifact.run_id)), days)
    return list(session.scalars(query.distinct().order_by(col(Artifact.run_id))))


def _removable(session: Session, query: Select[Any], days: float) -> Select[Any]:
    place = func.row_number().over(
        partition_by=(col(Artifact.job_id), col(Artifact.kind)),
        order_by=(col(Artifact.epoch).desc(), col(Artifact.id).desc()),
    )
    ranked = select(col(Artifact.id), place.label("place")).where(col(Artifact.kind).in_(_SWEPT)).subquery()
    plateau = exists().where(
        col(Plateau.job_id) == col(Artifact.job_id), col(Plateau.start_epoch) == col(Artifact.epoch)
    )
    return (
        query.join(ranked, ranked.c.id == col(Artifact.id))
        .join(Job, col(Job.id) == col(Artifact.job_id))
        .where(ranked.c.place > 1, col(Job.status).in_(ENDED), col(Job.ended_at) < now() - timedelta(days=days))
        .where(col(Artifact.id).not_in([*forks.needed_checkpoints(session), *videos.needed_checkpoints(session)]))
        .where(not_(and_(col(Artifact.kind) == "checkpoint", plateau)))
    )


def forget(session: Session, rows: Sequence[Artifact]) -> None:
    session.execute(delete(Artifact).where(col(Artifact.id).in_([row.id for row in rows])))


def stored(session: Session) -> list[StoredKind]:
    """Number and size of the stored files, by kind; logs are not counted."""
    sums = select(Artifact.kind, func.count(), func.sum(Artifact.size)).group_by(col(Artifact.kind))
    rows = session.exec(sums.order_by(col(Artifact.kind)))
    return [StoredKind(kind=kind, files=files, size=int(size)) for kind, files, size in rows]


def total(rows: Sequence[Artifact]) -> int:
    """Bytes."""
    return sum(row.size for row in rows)
