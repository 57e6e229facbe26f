"""Experiments: runs that are compared."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from backend.db.models import Experiment, Run
from backend.errors import InvalidError, NotFoundError
from backend.services.launches import Arm
from backend.store import runs
from backend.store.configs import config_of
from gsl.protocol.api import ExperimentCreate, ExperimentPublic, FieldError, Page


def create(session: Session, body: ExperimentCreate) -> ExperimentPublic:
    row = Experiment(**body.model_dump())
    session.add(row)
    session.flush()
    return _public(row, 0)


def get(session: Session, experiment_id: int) -> ExperimentPublic:
    """Raises `NotFoundError`."""
    found = session.exec(_with_runs().where(Experiment.id == experiment_id)).first()
    if found is None:
        raise NotFoundError.of("experiment", experiment_id)
    return _public(*found)


def page(session: Session, limit: int, offset: int) -> Page[ExperimentPublic]:
    """Newest first."""
    rows = session.exec(_with_runs().order_by(col(Experiment.id).desc()).limit(limit).offset(offset))
    total = session.exec(select(func.count()).select_from(Experiment)).one()
    return Page(items=[_public(*row) for row in rows], total=total, limit=limit, offset=offset)


def launch(
    session: Session, experiment_id: int, arms: Sequence[Arm], seeds: Sequence[int], tags: Sequence[str]
) -> list[Run]:
    """A run for each arm and seed, without jobs yet. Raises `InvalidError` for arms and seeds that are there."""
    if session.exec(select(Experiment).where(Experiment.id == experiment_id).with_for_update()).first() is None:
        raise NotFoundError.of("experiment", experiment_id)
    _check_new(session, experiment_id, arms, seeds)
    return [_run(session, experiment_id, arm, seed, tags) for arm in arms for seed in seeds]


def _run(session: Session, experiment_id: int, arm: Arm, seed: int, tags: Sequence[str]) -> Run:
    fields = {
        "name": f"{arm.name} seed {seed}",
        "experiment_id": experiment_id,
        "arm_name": arm.name,
        "notes": "",
        "tags": list(tags),
    }
    return runs.create(session, arm.config.model_copy(update={"seed": seed}), fields)


def _check_new(session: Session, experiment_id: int, arms: Sequence[Arm], seeds: Sequence[int]) -> None:
    """An arm may get further seeds, under the same configuration; a run that ended in vain may be repeated."""
    names = [arm.name for arm in arms]
    query = select(Run).where(Run.experiment_id == experiment_id, col(Run.arm_name).in_(names)).order_by(col(Run.id))
    wrong: dict[str, str] = {}
    for run in session.exec(query):
        index = names.index(run.arm_name)
        if config_of(run).model_copy(update={"seed": 0}) != arms[index].config.model_copy(update={"seed": 0}):
            message = f"the experiment's arm {run.arm_name!r} has another configuration (run {run.id}): name this anew"
            wrong.setdefault(f"arms.{index}.name", message)
        elif run.seed in seeds and run.status not in runs.IN_VAIN:
            message = f"arm {run.arm_name!r} has seed {run.seed} already (run {run.id})"
            wrong.setdefault(f"seeds.{seeds.index(run.seed)}", message)
    if wrong:
        errors = [FieldError(field=field, message=message) for field, message in wrong.items()]
        raise InvalidError("; ".join(f"{error.field}: {error.message}" for error in errors[:5]), errors)


def _with_runs() -> Any:
    runs = select(func.count()).where(Run.experiment_id == Experiment.id).correlate(Experiment).scalar_subquery()
    return select(Experiment, runs)


def _public(row: Experiment, runs: int) -> ExperimentPublic:
    assert row.id is not None
    return ExperimentPublic(id=row.id, name=row.name, description=row.description, created_at=row.created_at, runs=runs)
