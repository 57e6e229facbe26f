"""Deciding a gate, which happens once: as proposed, with edits, or against the specialists."""

from typing import Any

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, InvalidError, NotFoundError, ProblemError
from gsl.backend.services.app_services import Services
from gsl.backend.store import audit, gates, reach, runs
from gsl.backend.store.configs import check_readable, config_of
from gsl.backend.store.jobs.status import record_event
from gsl.phases import Proposal, wrong_edits
from gsl.protocol.api import (
    ApprovedGate,
    FieldError,
    GateApprovals,
    GateApprove,
    GateEdits,
    GateProposal,
    GateReject,
    GatesApprove,
    RefusedGate,
)
from gsl.protocol.jobs import ENDED


def approve(session: Session, run: Run, edits: GateApprove, who: str) -> Gate:
    """Decide for the specialists, as proposed or with edits. Called with the run locked.

    Raises `ConflictError` if no gate is open, and `InvalidError` naming each edit that is not possible.
    """
    gate = open_gate(session, run)
    decision = edited(gate, edits)
    if gate.reason_asked == "specialists":
        _check(run, decision)
    gate.decision = decision.model_dump(mode="json")
    changes = _changes(edits)
    note = f"edited: {', '.join(sorted(changes))}. " if changes else ""
    _decide(session, run, gate, "approved", "approve", who, edits.reason, note)
    return gate


def edited(gate: Gate, edits: GateEdits) -> GateProposal:
    """The proposal with the edits. Raises `InvalidError` if the gate asks about something that cannot be edited."""
    changes = _changes(edits)
    if changes and gate.reason_asked != "specialists":
        raise InvalidError.field(min(changes), "cannot be edited after the specialists have ended: leave it out")
    return GateProposal.model_validate({**gate.proposal, **changes})


def _changes(edits: GateEdits) -> dict[str, Any]:
    return edits.model_dump(exclude_none=True, exclude={"reason"})


def reject(session: Session, run: Run, body: GateReject, who: str) -> Gate:
    """Decide against the specialists: keep training, or stop. Called with the run locked; raises `ConflictError`."""
    gate = open_gate(session, run)
    _decide(session, run, gate, "rejected", body.action, who, body.reason)
    return gate


def approve_each(services: Services, request: GatesApprove, who: Identity) -> GateApprovals:
    """Approve each named gate as proposed, in a transaction of its own, so that no refusal undoes another approval."""
    approved: list[ApprovedGate] = []
    refused: list[RefusedGate] = []
    named: list[tuple[int | None, int | None]] = [(run_id, None) for run_id in dict.fromkeys(request.runs)]
    for run_id, gate_id in [*named, *((None, gate_id) for gate_id in dict.fromkeys(request.gates))]:
        try:
            with services.database.write() as session:
                run_id = run_id or _run_of(session, who, gate_id or 0)
                reach.check(session, who, "run", run_id, "member")
                gate = approve_as_proposed(session, run_id, gate_id, request.reason, who.name)
                services.advance(session, run_id, "gate")
                audit.add(session, who.name, "approve gate", f"run {run_id}", request.reason)
                approved.append(gate)
        except ProblemError as problem:
            refused.append(RefusedGate(run_id=run_id, gate_id=gate_id, reason=problem.detail))
    return GateApprovals(approved=tuple(approved), refused=tuple(refused))


def _run_of(session: Session, who: Identity, gate_id: int) -> int:
    """The gate's run. Raises `NotFoundError`, naming the gate, also if the run is not there for the person."""
    run = runs.get(session, gates.get(session, gate_id).run_id)
    if who.role_in(run.project_id) is None:
        raise NotFoundError.of("gate", gate_id)
    return run.id or 0


def approve_as_proposed(session: Session, run_id: int, gate_id: int | None, reason: str, who: str) -> ApprovedGate:
    """Raises `NotFoundError`, and `ConflictError` if the run's open gate is another than `gate_id`."""
    run = runs.locked(session, run_id)
    if gate_id is not None and gates.latest(session, run_id).id != gate_id:
        raise ConflictError(f"Gate {gate_id} is not the latest one of run {run_id}.")
    gate = approve(session, run, GateApprove(reason=reason), who)
    session.flush()
    split = GateProposal.model_validate(gate.decision)
    steps = split.specialist_steps
    return ApprovedGate(run_id=run_id, gate_id=gate.id, specialists=len(split.partition), specialist_steps=steps)


def open_gate(session: Session, run: Run) -> Gate:
    """The run's open gate; raises `NotFoundError` and `ConflictError`."""
    gate = gates.latest(session, run.id or 0)
    if gate.status != "open":
        decided = f"{gate.status} by {gate.decided_by}" if gate.decided_by else gate.status
        raise ConflictError(f"The gate of run {run.id} is not open: it was already {decided}.")
    if run.status in ENDED:
        raise ConflictError(f"Run {run.id} has ended ({run.status}), so its gate can no longer be decided.")
    check_readable(run)
    return gate


def _check(run: Run, decision: GateProposal) -> None:
    if fields := wrong_fields(run, decision):
        raise InvalidError("; ".join(f"{field.field}: {field.message}" for field in fields)[:2000], fields)


def wrong_fields(run: Run, decision: GateProposal) -> list[FieldError]:
    """Each field that cannot be approved, with what would be valid."""
    proposal = Proposal(
        partition=tuple(tuple(part) for part in decision.partition),
        specialist_steps=decision.specialist_steps,
        start=decision.start,
    )
    wrong = wrong_edits(config_of(run), proposal, run.total_steps - run.spent_steps)
    return [FieldError(field=field, message=message) for field, message in wrong]


def _decide(
    session: Session, run: Run, gate: Gate, status: str, action: str, who: str, reason: str, edited: str = ""
) -> None:
    gate.status, gate.action, gate.decided_by, gate.reason, gate.decided_at = status, action, who, reason, now()
    events: dict[str, Any] = {
        "approve": "gate approved",
        "continue": "gate rejected: keep training",
        "stop": "gate rejected: stop",
    }
    record_event(session, who, events[action], edited + reason, run_id=run.id)
