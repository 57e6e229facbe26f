"""Experiments: runs that are compared."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select, update

from gsl.backend.db.models import Experiment, Job, Run
from gsl.backend.domain.experiment_activity import RunsAlike, described
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import NotFoundError
from gsl.backend.store import projects, reach, sweeps
from gsl.backend.store.run_progress import live_workers
from gsl.protocol.api import ExperimentCreate, ExperimentPublic, Page
from gsl.protocol.dispatch import Need


def create(session: Session, body: ExperimentCreate, owner: str) -> ExperimentPublic:
    row = Experiment(**body.model_dump(), owner=owner)
    session.add(row)
    session.flush()
    return _publics(session, [(row, 0)])[0]


def get(session: Session, experiment_id: int) -> ExperimentPublic:
    """Raises `NotFoundError`."""
    found = session.exec(_with_runs().where(Experiment.id == experiment_id)).first()
    if found is None:
        raise NotFoundError.of("experiment", experiment_id)
    return _publics(session, [found])[0]


def row(session: Session, experiment_id: int) -> Experiment:
    """Raises `NotFoundError`."""
    found = session.get(Experiment, experiment_id)
    if found is None:
        raise NotFoundError.of("experiment", experiment_id)
    return found


def page(
    session: Session,
    who: Identity,
    text: str | None,
    owner: str | None,
    project_id: int | None,
    limit: int,
    offset: int,
) -> Page[ExperimentPublic]:
    """Those that are there for the person, newest first."""
    exact = {Experiment.owner: owner, Experiment.project_id: project_id}
    filters = [col(column) == value for column, value in exact.items() if value is not None]
    if text:
        filters.append(_found_by(text))
    filters += [col(Experiment.deleted_at).is_(None), *reach.visible(who, Experiment.project_id)]
    rows = session.exec(_with_runs().where(*filters).order_by(col(Experiment.id).desc()).limit(limit).offset(offset))
    total = session.exec(select(func.count()).select_from(Experiment).where(*filters)).one()
    return Page(items=_publics(session, rows.all()), total=total, limit=limit, offset=offset)


def _found_by(text: str) -> ColumnElement[bool]:
    """In capitals or not; on SQLite that holds for the letters of ASCII."""
    columns = (col(Experiment.name), col(Experiment.description))
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def lock(session: Session, experiment_id: int) -> Experiment:
    """Hold the experiment for the rest of the transaction; raises `NotFoundError`."""
    found = session.exec(select(Experiment).where(Experiment.id == experiment_id).with_for_update(key_share=True))
    row = found.first()
    if row is None:
        raise NotFoundError.of("experiment", experiment_id)
    return row


def held(session: Session, experiment_id: int) -> Experiment | None:
    """The experiment, which nobody can move for the rest of the transaction."""
    return session.exec(select(Experiment).where(Experiment.id == experiment_id).with_for_update(read=True)).first()


def move_runs(session: Session, experiment: Experiment) -> None:
    """The runs of a locked experiment follow it to its project; also one that was just added by who held another."""
    mine = col(Run.experiment_id) == experiment.id
    session.exec(select(Run.id).where(mine).order_by(col(Run.id)).with_for_update()).all()
    session.exec(update(Run).where(mine).values(project_id=experiment.project_id))


def runs_of_arms(session: Session, experiment_id: int, names: Sequence[str]) -> Sequence[Run]:
    """The experiment's runs whose arm is one of `names`, oldest first."""
    query = select(Run).where(*_of(experiment_id), col(Run.arm_name).in_(names))
    return session.exec(query.order_by(col(Run.id))).all()


def run_ids(session: Session, experiment_id: int) -> list[int]:
    """Ids of the experiment's runs, oldest first."""
    query = select(Run.id).where(*_of(experiment_id)).order_by(col(Run.id))
    return [run_id for run_id in session.exec(query) if run_id is not None]


def _of(experiment_id: Any) -> tuple[Any, ...]:
    """Its runs that are not in the bin."""
    return (col(Run.experiment_id) == experiment_id, col(Run.deleted_at).is_(None))


def _with_runs() -> Any:
    runs = select(func.count()).where(*_of(Experiment.id)).correlate(Experiment).scalar_subquery()
    return select(Experiment, runs)


def _publics(session: Session, rows: Sequence[tuple[Experiment, int]]) -> list[ExperimentPublic]:
    names = projects.names(session, [row.project_id for row, _ in rows])
    doing = _activities(session, [row.id for row, _ in rows if row.id is not None])
    is_sweep, results_of = sweeps.roles(session, [row.id for row, _ in rows])
    return [
        ExperimentPublic(
            **row.model_dump(),
            runs=runs,
            project_name=names.get(row.project_id),
            activity=doing.get(row.id or 0, ""),
            sweep=row.id in is_sweep,
            results_of=results_of.get(row.id or 0),
        )
        for row, runs in rows
    ]


def _activities(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What the runs of each experiment do and wait for; two queries, whatever the number of runs."""
    working = select(Job.id).where(Job.run_id == Run.id, Job.status == "running").correlate(Run).exists()
    kinds: list[Any] = [Run.experiment_id, Run.status, Run.needs, Run.worker_label, working.label("working")]
    each = select(*kinds).where(col(Run.experiment_id).in_(ids), col(Run.deleted_at).is_(None)).subquery()
    counted: list[Any] = [*each.c, func.count()]
    query = select(*counted).group_by(*each.c)
    found: dict[int, list[RunsAlike]] = {}
    for experiment_id, status, needs, label, is_working, number in session.execute(query):
        found.setdefault(experiment_id, []).append(RunsAlike(number, status, Need(needs, label), bool(is_working)))
    live = live_workers(session) if found else []
    return {experiment_id: described(groups, live) for experiment_id, groups in found.items()}
