"""Gates as they are stored and shown: the frozen evidence, the proposal, the decision."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Run
from gsl.backend.domain import gate_edits
from gsl.backend.errors import NotFoundError
from gsl.backend.store import policies
from gsl.backend.store.configs import config_of, read_only
from gsl.config.method import GateSettings
from gsl.config.run import RunConfig
from gsl.config.step_budget import specialist_reserve, specialist_training
from gsl.protocol.api import GateProposal, GatePublic, PolicyVerdict, SpecialistPlan, SpecialistTerms
from gsl.protocol.jobs import ENDED


def latest(session: Session, run_id: int) -> Gate:
    """The run's latest gate; raises `NotFoundError` if it has not reached one."""
    gate = session.exec(select(Gate).where(Gate.run_id == run_id).order_by(col(Gate.id).desc())).first()
    if gate is None:
        raise NotFoundError(f"Run {run_id} has not reached a gate yet.")
    return gate


def get(session: Session, gate_id: int) -> Gate:
    """Raises `NotFoundError`."""
    gate = session.get(Gate, gate_id)
    if gate is None:
        raise NotFoundError.of("gate", gate_id)
    return gate


def every(session: Session, run_id: int) -> list[Gate]:
    """All gates of the run, oldest first: more than one if one was rejected, or if there are several cycles."""
    return list(session.exec(select(Gate).where(Gate.run_id == run_id).order_by(col(Gate.id))).all())


def publics(session: Session, found: Sequence[Gate], run: Run) -> list[GatePublic]:
    """Gates of the run."""
    said = policies.verdicts(session, [gate.id for gate in found])
    return [_public(gate, run, said.get(gate.id or 0)) for gate in found]


def public(session: Session, gate: Gate, run: Run) -> GatePublic:
    [shown] = publics(session, [gate], run)
    return shown


def _public(gate: Gate, run: Run, verdict: PolicyVerdict | None) -> GatePublic:
    own = {name: getattr(gate, name) for name in GatePublic.model_fields if name not in _OF_CONFIG}
    return GatePublic.model_validate({**own, **_of_config(gate, run), "policy": verdict, "edits": _edits(gate)})


def _edits(gate: Gate) -> tuple[str, ...]:
    """What the decision changed of the proposal."""
    if gate.decision is None:
        return ()
    names = {each["variation"]: each["name"] for each in gate.evidence["variations"]}
    before, after = GateProposal.model_validate(gate.proposal), GateProposal.model_validate(gate.decision)
    return gate_edits.described(before, after, names)


_OF_CONFIG = ("terms", "plan", "at_deadline", "policy", "edits")


def _of_config(gate: Gate, run: Run) -> dict[str, Any]:
    """What follows from the run's configuration, if this server can read it."""
    if read_only(run):
        return {"terms": None, "plan": (), "at_deadline": None}
    config = config_of(run)
    plan = plan_of(config, GateProposal.model_validate(_split(gate)))
    at_deadline = None if gate.deadline_at is None else config.gate.at_deadline
    return {"terms": terms_of(config), "plan": plan, "at_deadline": at_deadline}


def terms_of(config: RunConfig) -> SpecialistTerms:
    return SpecialistTerms(
        epoch_steps=config.learner.batch_size,
        episode_steps=config.suite.max_episode_steps * config.trial.evaluated,
        evaluation_episodes=config.evaluation.episodes,
        rungs=config.specialists.rungs,
    )


def _split(gate: Gate) -> dict[str, Any]:
    return gate.decision or gate.proposal


def plan_of(config: RunConfig, split: GateProposal) -> list[SpecialistPlan]:
    """The first rung's plan if there are several rungs: the later ones depend on which specialists gain most."""
    steps = split.specialist_steps // config.specialists.rungs
    return [
        SpecialistPlan(
            budget_steps=steps,
            training_steps=specialist_training(config, len(part), steps),
            evaluation_steps=specialist_reserve(config, len(part), steps),
        )
        for part in split.partition
    ]


def set_deadline(gate: Gate, settings: GateSettings) -> None:
    """Only for a gate that waits for a person."""
    if settings.deadline_hours is not None:
        gate.deadline_at = gate.created_at + timedelta(hours=settings.deadline_hours)


def overdue(session: Session) -> Sequence[int]:
    """Runs that wait at a gate whose deadline has passed, unless that was dealt with."""
    waiting = (Gate.status == "open", col(Gate.deadline_at) <= now(), col(Gate.reminded_at).is_(None))
    query = select(Gate.run_id).join(Run, col(Run.id) == col(Gate.run_id))
    return session.exec(query.where(*waiting, col(Run.status).not_in(ENDED)).distinct()).all()


def open_too_few(session: Session, run: Run) -> Gate | None:
    """The open gate that asks whether to go on although too few specialists succeeded."""
    asked = (Gate.run_id == run.id, Gate.reason_asked == "too_few_specialists", Gate.status == "open")
    return session.exec(select(Gate).where(*asked)).first()


def withdraw_too_few(session: Session, run: Run) -> None:
    """Take that question back, if it was asked."""
    gate = open_too_few(session, run)
    if gate is not None:
        session.delete(gate)
