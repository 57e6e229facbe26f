"""The inbox: open gates of all runs that a person sees, those that have to be decided first at the top."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Experiment, Gate, Run
from gsl.backend.db.project_models import Project
from gsl.backend.domain.identity import Identity
from gsl.backend.store import reach
from gsl.backend.store.configs import config_of, read_only
from gsl.protocol.api import Page, WaitingGate


def page(session: Session, who: Identity, limit: int, offset: int) -> Page[WaitingGate]:
    """By deadline, then by age."""
    waiting: list[Any] = [Gate.status == "open", Run.status == "awaiting_approval", col(Run.deleted_at).is_(None)]
    waiting += reach.visible(who, Run.project_id)
    of_run = col(Run.id) == col(Gate.run_id)
    query: Any = select(Gate, Run, Project.name, Experiment.name).join(Run, of_run)
    query = query.outerjoin(Project, col(Project.id) == col(Run.project_id))
    query = query.outerjoin(Experiment, col(Experiment.id) == col(Run.experiment_id)).where(*waiting)
    by_deadline = (col(Gate.deadline_at).is_(None), col(Gate.deadline_at), col(Gate.created_at), col(Gate.id))
    rows = session.execute(query.order_by(*by_deadline).limit(limit).offset(offset)).all()
    total = session.exec(select(func.count()).select_from(Gate).join(Run, of_run).where(*waiting)).one()
    items = tuple(_waiting(who, *row) for row in rows)
    return Page(items=items, total=total, limit=limit, offset=offset)


def _waiting(who: Identity, gate: Gate, run: Run, project: str | None, experiment: str | None) -> WaitingGate:
    why = read_only(run)
    at_deadline = None if why or gate.deadline_at is None else config_of(run).gate.at_deadline
    return WaitingGate(
        gate_id=gate.id,
        run_id=gate.run_id,
        run_name=run.name,
        project_name=project,
        experiment_id=run.experiment_id,
        experiment_name=experiment,
        suite=run.suite,
        owner=run.owner,
        cycle=gate.cycle,
        reason_asked=gate.reason_asked,
        why=gate.evidence["why"],
        specialists=len(gate.proposal["partition"]),
        specialist_steps=gate.proposal["specialist_steps"],
        opened_at=gate.created_at,
        deadline_at=gate.deadline_at,
        at_deadline=at_deadline,
        may_decide=who.may_in(run.project_id, "member"),
        read_only=why,
    )
