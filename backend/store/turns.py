"""Who is next: the one order of queued jobs, by which they are claimed and by which the page counts those ahead.

A higher priority comes first, then whoever keeps fewer workers busy, of these whoever has not been served for longest,
then the run with the fewest environment steps left, then who has waited longest. Waiting raises a job, so that none
waits for ever: see `AGING`. Jobs that a quota holds are passed over. Videos, which only somebody at the page waits for,
come a level after what their run's phases planned.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    Subquery,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    not_,
    or_,
    union_all,
    update,
)
from sqlmodel import Session, col, select

from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.store import quotas
from gsl.protocol.dispatch import SCRIPT, Ability, Need
from gsl.protocol.jobs import ENDED, VIDEO, RunStatus

AGING = timedelta(hours=12)
"""A job rises by one level of priority each time it has waited for so long. So it is never overtaken by jobs whose
priority is `d` levels higher and that are queued more than (d + 1) x `AGING` after it."""


NEED: tuple[Any, ...] = (Run.needs, Run.worker_label, col(Job.kind) == VIDEO)
"""Columns of what a job needs of a worker."""
_UNFINISHED = tuple(status for status in get_args(RunStatus) if status not in ENDED)


def owner() -> ColumnElement[str]:
    """Whose share of the workers a job takes: its account's; of runs without one its experiment's, or its run's."""
    experiment, run = cast(col(Run.experiment_id), String), cast(col(Run.id), String)
    return case(
        (col(Run.owner) != literal_column("''"), literal_column("'account '") + col(Run.owner)),
        (col(Run.experiment_id).is_not(None), literal_column("'experiment '") + experiment),
        else_=literal_column("'run '") + run,
    )


def served(session: Session, run: Run) -> None:
    """Remember that a worker has taken a job of the run's account."""
    session.execute(update(Account).where(col(Account.name) == run.owner).values(served_at=now()))


def of_workers() -> ColumnElement[bool]:
    """Whether a run's jobs are done by workers, not by a script that keeps control."""
    return col(Run.needs) != SCRIPT


def is_for(worker: Ability) -> ColumnElement[bool]:
    """Whether the worker can run a job of a run."""
    film = and_(col(Job.kind) == VIDEO, col(Run.needs).in_(worker.videos))
    train = and_(col(Job.kind) != VIDEO, col(Run.needs).in_(worker.suites))
    return and_(or_(train, film), _has_label(worker))


def _has_label(worker: Ability) -> ColumnElement[bool]:
    return col(Run.worker_label).in_(("", *worker.labels))


def first(session: Session, worker: Ability, at: datetime, besides: Collection[int] = ()) -> int | None:
    """The job whose turn it is, of those that the worker can run. Of each run only the oldest planned job and the
    oldest video are compared, because others of the kind differ in nothing else."""
    due = (Job.status == "queued", col(Job.queued_at) <= at, col(Job.id).not_in(besides))
    waiting, shares = union_all(_trainings(worker, due), _films(worker, due)).subquery(), _running()
    video = waiting.c.video
    query: Any = select(Run.id, video).join(waiting, waiting.c.id == Run.id)
    query = query.outerjoin(shares, shares.c.owner == owner()).where(waiting.c.since.is_not(None))
    query = query.outerjoin(Account, col(Account.name) == col(Run.owner))
    turn = _turn(waiting.c.since, func.coalesce(shares.c.running, 0), at, video)
    found = session.execute(query.order_by(*turn).limit(1)).first()
    if found is None:
        return None
    of_kind = col(Job.kind) == VIDEO if found.video else col(Job.kind) != VIDEO
    jobs = select(Job.id).where(Job.run_id == found.id, of_kind, *due).order_by(col(Job.queued_at), col(Job.id))
    return session.exec(jobs.limit(1)).first()


def _trainings(worker: Ability, due: Sequence[Any]) -> Any:
    """Runs that the worker can train, and since when a planned job of them waits, if any."""
    oldest = select(func.min(Job.queued_at)).where(Job.run_id == Run.id, Job.kind != VIDEO, *due).scalar_subquery()
    able = (col(Run.needs).in_(worker.suites), _has_label(worker), not_(quotas.is_held()))
    since = select(Run.id, oldest.label("since"), literal(0).label("video"))
    return since.where(col(Run.status).in_(_UNFINISHED), *able)


def _films(worker: Ability, due: Sequence[Any]) -> Any:
    """Runs, ended or not, of which the worker can make a video that somebody waits for, and since when."""
    able = (col(Run.needs).in_(worker.videos), _has_label(worker), not_(quotas.is_held()))
    since = select(Run.id, func.min(Job.queued_at).label("since"), literal(1).label("video"))
    mine = since.join(Job, col(Job.run_id) == col(Run.id)).where(Job.kind == VIDEO, *due, *able)
    return mine.group_by(col(Run.id))


def is_any_due(session: Session, worker: Ability, at: datetime) -> bool:
    """Whether a job that the worker can run is waiting."""
    query = select(Job.id).join(Run, col(Run.id) == col(Job.run_id))
    due = query.where(Job.status == "queued", col(Job.queued_at) <= at, is_for(worker))
    due = due.where(not_(quotas.is_held()))
    return session.exec(due.limit(1)).first() is not None


class Place(NamedTuple):
    """A queued job's."""

    job_id: int
    run_id: int
    need: Need


def in_order(session: Session, at: datetime, limit: int) -> Sequence[Place]:
    """The first queued jobs in the order in which workers would claim them now; those that are paused, or held by a
    quota, come last.

    Each claim raises its owner's share, so an owner's jobs alternate with those of others.
    """
    shares = _running()
    paused = or_(col(Job.queued_at) > at, quotas.is_held())
    video = case((col(Job.kind) == VIDEO, 1), else_=0)
    of_owner = _turn(col(Job.queued_at), literal(0), at, video)
    before = func.row_number().over(partition_by=owner(), order_by=(paused, *of_owner, col(Job.id))) - 1
    turn = _turn(col(Job.queued_at), func.coalesce(shares.c.running, 0) + before, at, video)
    query: Any = select(Job.id, Job.run_id, *NEED).join(Run, col(Run.id) == col(Job.run_id))
    query = query.outerjoin(Account, col(Account.name) == col(Run.owner))
    queued = query.outerjoin(shares, shares.c.owner == owner()).where(Job.status == "queued", of_workers())
    rows = session.execute(queued.order_by(paused, *turn, col(Job.id)).limit(limit))
    return [Place(job_id, run_id, Need(*need)) for job_id, run_id, *need in rows]


def _turn(queued_at: Any, share: Any, at: datetime, video: Any) -> tuple[Any, ...]:
    """What jobs are ordered by, the smallest first; `share` is the number of workers that are busy for their owner,
    `video` is 1 for videos and 0 for others."""
    waited = int(at.timestamp()) - cast(extract("epoch", queued_at), BigInteger)
    level = col(Run.priority) - video + cast(waited, Integer) // int(AGING.total_seconds())
    steps_left = col(Run.total_steps) - col(Run.spent_steps)
    before = (col(Account.served_at).is_not(None), col(Account.served_at))
    return (-level, share, *before, steps_left, queued_at, col(Run.id), video)


def _running() -> Subquery:
    """The number of workers that are busy for each owner: one that trains several jobs as one counts once."""
    workers = func.count(col(Job.worker).distinct())
    query = select(owner().label("owner"), workers.label("running")).select_from(Job)
    running = query.join(Run, col(Run.id) == col(Job.run_id)).where(Job.status == "running")
    return running.group_by(owner()).subquery()
