"""Experiments: runs that are compared."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Experiment, Run
from gsl.backend.errors import NotFoundError
from gsl.protocol.api import ExperimentCreate, ExperimentPublic, Page


def create(session: Session, body: ExperimentCreate, owner: str) -> ExperimentPublic:
    row = Experiment(**body.model_dump(), owner=owner)
    session.add(row)
    session.flush()
    return _public(row, 0)


def get(session: Session, experiment_id: int) -> ExperimentPublic:
    """Raises `NotFoundError`."""
    found = session.exec(_with_runs().where(Experiment.id == experiment_id)).first()
    if found is None:
        raise NotFoundError.of("experiment", experiment_id)
    return _public(*found)


def page(session: Session, owner: str | None, limit: int, offset: int) -> Page[ExperimentPublic]:
    """Newest first."""
    mine = [] if owner is None else [col(Experiment.owner) == owner]
    rows = session.exec(_with_runs().where(*mine).order_by(col(Experiment.id).desc()).limit(limit).offset(offset))
    total = session.exec(select(func.count()).select_from(Experiment).where(*mine)).one()
    return Page(items=[_public(*row) for row in rows], total=total, limit=limit, offset=offset)


def lock(session: Session, experiment_id: int) -> None:
    """Hold the experiment for the rest of the transaction; raises `NotFoundError`."""
    if session.exec(select(Experiment).where(Experiment.id == experiment_id).with_for_update()).first() is None:
        raise NotFoundError.of("experiment", experiment_id)


def runs_of_arms(session: Session, experiment_id: int, names: Sequence[str]) -> Sequence[Run]:
    """The experiment's runs whose arm is one of `names`, oldest first."""
    query = select(Run).where(Run.experiment_id == experiment_id, col(Run.arm_name).in_(names))
    return session.exec(query.order_by(col(Run.id))).all()


def run_ids(session: Session, experiment_id: int) -> list[int]:
    """Ids of the experiment's runs, oldest first."""
    query = select(Run.id).where(Run.experiment_id == experiment_id).order_by(col(Run.id))
    return [run_id for run_id in session.exec(query) if run_id is not None]


def _with_runs() -> Any:
    runs = select(func.count()).where(Run.experiment_id == Experiment.id).correlate(Experiment).scalar_subquery()
    return select(Experiment, runs)


def _public(row: Experiment, runs: int) -> ExperimentPublic:
    assert row.id is not None
    return ExperimentPublic(**row.model_dump(), runs=runs)
