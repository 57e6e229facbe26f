"""Quotas: what accounts and projects may use, what they do use, and which jobs have to wait for it.

A run counts for the account that launched it and for the project that it belongs to.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.db.continuation_models import Continuation
from gsl.backend.db.models import Artifact, Job, Run
from gsl.backend.db.project_models import Project, Quota
from gsl.backend.errors import ConflictError
from gsl.protocol.api import AllowancePublic, QuotaPublic, QuotaSet, UsagePublic

_DAY = timedelta(days=1)
Subject = Account | Project


def _column(subject: type[Subject]) -> Any:
    """By which runs are told apart: the owner's name, or the project's id."""
    return col(Run.owner) if subject is Account else col(Run.project_id)


def _key(subject: Subject) -> Any:
    return subject.name if isinstance(subject, Account) else subject.id


def _of(subject: Subject) -> ColumnElement[bool]:
    mine = Quota.account_id if isinstance(subject, Account) else Quota.project_id
    return col(mine) == subject.id


def put(session: Session, subject: Subject, body: QuotaSet) -> None:
    """Replaces the subject's quota; one without any limit is removed."""
    row = session.exec(select(Quota).where(_of(subject)).with_for_update()).first()
    limits = body.model_dump()
    if row is None and any(limit is not None for limit in limits.values()):
        own = {"account_id" if isinstance(subject, Account) else "project_id": subject.id}
        session.add(Quota(**own, **limits))
    elif row is not None:
        row.sqlmodel_update(limits)
    session.flush()


def described(body: QuotaSet) -> str:
    """For the audit."""
    limits = {name: limit for name, limit in body.model_dump().items() if limit is not None}
    return ", ".join(f"{name} {limit}" for name, limit in limits.items()) or "unlimited"


def allowances(session: Session, subjects: Sequence[Subject]) -> list[AllowancePublic]:
    """Of accounts or of projects, in their order; the number of queries does not depend on how many they are."""
    if not subjects:
        return []
    kind = type(subjects[0])
    column, keys = _column(kind), [_key(subject) for subject in subjects]
    quotas = _quotas(session, kind, [subject.id for subject in subjects])
    used = {name: dict(session.execute(query).all()) for name, query in _usage(column, keys)}
    return [
        AllowancePublic(
            quota=QuotaPublic.model_validate(quotas[subject.id]) if subject.id in quotas else QuotaPublic(),
            usage=UsagePublic(**{name: int(found.get(key) or 0) for name, found in used.items()}),
        )
        for subject, key in zip(subjects, keys, strict=True)
    ]


def _quotas(session: Session, kind: type[Subject], ids: Collection[int | None]) -> dict[int | None, Quota]:
    column = Quota.account_id if kind is Account else Quota.project_id
    rows = session.exec(select(Quota).where(col(column).in_(ids)))
    return {row.account_id if kind is Account else row.project_id: row for row in rows}


def _usage(column: Any, keys: Collection[Any]) -> Iterator[tuple[str, Any]]:
    """By the name of each limit, the query for what is used of it."""
    mine = column.in_(keys)
    running = select(column, func.count()).select_from(Job).join(Run, col(Run.id) == col(Job.run_id))
    yield "running_jobs", running.where(mine, Job.status == "running").group_by(column)
    recent = (col(Run.created_at) > now() - _DAY, col(Run.record_sha256).is_(None))
    launched: Any = select(column.label("whose"), col(Run.total_steps).label("steps")).where(mine, *recent)
    asked = launched.union_all(_continued(column).where(mine)).subquery()
    yield "steps_a_day", select(asked.c.whose, func.sum(asked.c.steps)).group_by(asked.c.whose)
    stored = select(column, func.sum(Artifact.size)).select_from(Artifact).join(Run, col(Run.id) == Artifact.run_id)
    yield "storage_bytes", stored.where(mine).group_by(column)


def _continued(column: Any) -> Any:
    """Steps by which runs were continued within 24 hours that were launched before."""
    query = select(column, col(Continuation.steps)).join(Run, col(Run.id) == col(Continuation.run_id))
    since = now() - _DAY
    own = (col(Run.created_at) <= since, col(Run.record_sha256).is_(None))
    return query.where(col(Continuation.asked_at) > since, *own)


def check_launch(session: Session, run: Run) -> None:
    """Raises `ConflictError` if a run that was just added exceeds the quota of its owner or of its project."""
    check_more(session, run, run.total_steps)


def check_more(session: Session, run: Run, steps: int) -> None:
    """The same of steps that were just added to a run.

    Those with a quota launch one after the other, so that two do not use the same rest of it.
    """
    for subject in _limited(session, run):
        [allowance] = allowances(session, [subject])
        quota, usage = allowance.quota, allowance.usage
        _check_storage(subject, allowance)
        if quota.steps_a_day is not None and usage.steps_a_day > quota.steps_a_day:
            before = usage.steps_a_day - steps
            raise ConflictError(
                f"The quota of environment steps a day of {_named(subject)} does not allow this: {run.name} asks for "
                f"{steps:,}, and {before:,} of {quota.steps_a_day:,} were launched within 24 hours."
            )


def check_storage(session: Session, run: Run) -> None:
    """Raises `ConflictError` if the run's owner or project has stored as much as it may."""
    for subject in _limited(session, run):
        _check_storage(subject, allowances(session, [subject])[0])


def _check_storage(subject: Subject, allowance: AllowancePublic) -> None:
    limit, used = allowance.quota.storage_bytes, allowance.usage.storage_bytes
    if limit is not None and used >= limit:
        stored = f"{used:,} of {limit:,} bytes are used"
        raise ConflictError(f"The storage quota of {_named(subject)} is used up: {stored}. Delete runs for good.")


def _limited(session: Session, run: Run) -> Sequence[Subject]:
    """The run's owner and its project, if they have a quota, which is locked."""
    rows = session.exec(_quotas_of(run).with_for_update(of=Quota)).all()
    return [found for row in rows if (found := _subject(session, row)) is not None]


def _quotas_of(run: Run) -> Any:
    own = and_(col(Account.id) == col(Quota.account_id), col(Account.name) == run.owner)
    query = select(Quota).outerjoin(Account, own)
    mine = or_(col(Account.id).is_not(None), col(Quota.project_id) == run.project_id)
    return query.where(mine).order_by(col(Quota.id))


def _subject(session: Session, row: Quota) -> Subject | None:
    if row.account_id is not None:
        return session.get(Account, row.account_id)
    return None if row.project_id is None else session.get(Project, row.project_id)


def _named(subject: Subject) -> str:
    return subject.name if isinstance(subject, Account) else f"the project {subject.name}"


def is_held() -> ColumnElement[bool]:
    """Whether the jobs of `Run` have to wait, because its owner or its project has as many running as it may."""
    owners = select(Account.name).join(Quota, col(Quota.account_id) == col(Account.id))
    full_owners = owners.where(col(Quota.running_jobs) <= _running(Run.owner, Account.name))
    projects = select(Quota.project_id).where(col(Quota.project_id).is_not(None))
    full_projects = projects.where(col(Quota.running_jobs) <= _running(Run.project_id, Quota.project_id))
    return or_(col(Run.owner).in_(full_owners), func.coalesce(Run.project_id, 0).in_(full_projects))


def _running(column: Any, of: Any) -> Any:
    """The number of running jobs of runs whose column equals one of the enclosing query."""
    job, run = aliased(Job), aliased(Run)
    query = select(func.count()).select_from(job).join(run, col(run.id) == col(job.run_id))
    mine = query.where(col(job.status) == "running", getattr(run, column.key) == of)
    return mine.correlate(Account, Quota).scalar_subquery()


def held(session: Session, run_ids: Collection[int]) -> dict[int, str]:
    """What the jobs of these runs wait for, if it is a quota."""
    rows = session.exec(select(Run).where(col(Run.id).in_(run_ids), is_held())).all() if _any(session) else ()
    return {run.id or 0: _why(session, run) for run in rows}


def _any(session: Session) -> bool:
    """Most servers have no quota."""
    return session.exec(select(Quota.id).where(col(Quota.running_jobs).is_not(None)).limit(1)).first() is not None


def _why(session: Session, run: Run) -> str:
    for subject, row, left in _left(session, run):
        if left <= 0:
            return f"waiting for the quota of {_named(subject)}: {row.running_jobs} running jobs"
    return ""


def _left(session: Session, run: Run) -> Iterator[tuple[Subject, Quota, int]]:
    """How many more jobs each quota of the run allows."""
    for row in session.exec(_quotas_of(run).where(col(Quota.running_jobs).is_not(None))).all():
        subject = _subject(session, row)
        if subject is not None:
            [allowance] = allowances(session, [subject])
            yield subject, row, (row.running_jobs or 0) - allowance.usage.running_jobs


def left_to_run(session: Session, run: Run, most: int) -> int:
    """How many more jobs of a run may start, at most `most`. Called with the lock of claims."""
    return max(0, min([most, *(left for _, _, left in _left(session, run))]))
