"""Gates: the frozen evidence, the proposal, and the decision, which is taken once."""

from typing import Any

from sqlmodel import Session, col, select

from backend.db.columns import now
from backend.db.models import Gate, Run
from backend.errors import ConflictError, InvalidError, NotFoundError
from backend.store.configs import config_of, missing_for
from backend.store.jobs.status import note
from gsl.config.run import RunConfig
from gsl.config.step_budget import specialist_reserve, specialist_training
from gsl.phases import Proposal, wrong_edits
from gsl.protocol.api import (
    FieldError,
    GateApprove,
    GateProposal,
    GatePublic,
    GateReject,
    SpecialistPlan,
    SpecialistTerms,
)
from gsl.protocol.jobs import ENDED


def latest(session: Session, run_id: int) -> Gate:
    """The run's newest gate; raises `NotFoundError` before there is one."""
    gate = session.exec(select(Gate).where(Gate.run_id == run_id).order_by(col(Gate.id).desc())).first()
    if gate is None:
        raise NotFoundError(f"Run {run_id} has reached no gate yet.")
    return gate


def every(session: Session, run_id: int) -> list[Gate]:
    """All gates of the run, oldest first: several when one was rejected, or when there are several cycles."""
    return list(session.exec(select(Gate).where(Gate.run_id == run_id).order_by(col(Gate.id))).all())


def public(gate: Gate, run: Run) -> GatePublic:
    terms = plan = None
    if missing_for(run) is None:
        terms, plan = terms_of(config_of(run)), _plan(config_of(run), GateProposal.model_validate(_split(gate)))
    own = {name: getattr(gate, name) for name in GatePublic.model_fields if name not in ("terms", "plan")}
    return GatePublic.model_validate({**own, "terms": terms, "plan": plan or []})


def terms_of(config: RunConfig) -> SpecialistTerms:
    return SpecialistTerms(
        epoch_steps=config.learner.batch_size,
        episode_steps=config.suite.max_episode_steps,
        evaluation_episodes=config.evaluation.episodes,
        rungs=config.specialists.rungs,
    )


def _split(gate: Gate) -> dict[str, Any]:
    return gate.decision or gate.proposal


def _plan(config: RunConfig, split: GateProposal) -> list[SpecialistPlan]:
    """Of the first rung, where there are several: what follows it depends on who gained most."""
    steps = split.specialist_steps // config.specialists.rungs
    return [
        SpecialistPlan(
            budget_steps=steps,
            training_steps=specialist_training(config, len(part), steps),
            evaluation_steps=specialist_reserve(config, len(part), steps),
        )
        for part in split.partition
    ]


def approve(session: Session, run: Run, edits: GateApprove, who: str) -> Gate:
    """Decide for the specialists, as proposed or as edited. Called with the run locked.

    Raises `ConflictError` when no gate is open, `InvalidError` naming each edit that cannot be.
    """
    gate = _open(session, run)
    changes = edits.model_dump(exclude_none=True, exclude={"reason"})
    decision = GateProposal.model_validate({**gate.proposal, **changes})
    if gate.reason_asked == "specialists":
        _check(run, decision)
    elif changes:
        raise InvalidError.field(min(changes), "nothing can be edited once the specialists have ended; leave it out")
    gate.decision = decision.model_dump(mode="json")
    edited = f"edited: {', '.join(sorted(changes))}. " if changes else ""
    _decide(session, run, gate, "approved", "approve", who, edits.reason, edited)
    return gate


def reject(session: Session, run: Run, body: GateReject, who: str) -> Gate:
    """Decide against the specialists: train on, or stop. Called with the run locked; raises `ConflictError`."""
    gate = _open(session, run)
    _decide(session, run, gate, "rejected", body.action, who, body.reason)
    return gate


def _open(session: Session, run: Run) -> Gate:
    gate = latest(session, run.id or 0)
    if gate.status != "open":
        decided = f"{gate.status} by {gate.decided_by}" if gate.decided_by else gate.status
        raise ConflictError(f"The gate of run {run.id} is not open: it was {decided} already.")
    if run.status in ENDED:
        raise ConflictError(f"Run {run.id} has ended ({run.status}): its gate cannot be decided any more.")
    return gate


def _check(run: Run, decision: GateProposal) -> None:
    config = config_of(run)
    proposal = Proposal(
        partition=tuple(tuple(part) for part in decision.partition),
        specialist_steps=decision.specialist_steps,
        start=decision.start,
    )
    wrong = list(wrong_edits(config, proposal, run.total_steps - run.spent_steps))
    if wrong:
        fields = [FieldError(field=field, message=message) for field, message in wrong]
        raise InvalidError("; ".join(f"{field.field}: {field.message}" for field in fields)[:2000], fields)


def _decide(
    session: Session, run: Run, gate: Gate, status: str, action: str, who: str, reason: str, edited: str = ""
) -> None:
    gate.status, gate.action, gate.decided_by, gate.reason, gate.decided_at = status, action, who, reason, now()
    words: dict[str, Any] = {
        "approve": "gate approved",
        "continue": "gate rejected: train on",
        "stop": "gate rejected: stop",
    }
    note(session, who, words[action], edited + reason, run_id=run.id)
