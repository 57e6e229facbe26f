"""The gate of a run: read its evidence, see what an approval costs, comment, approve with or without edits, or reject;
and the inbox of all gates that wait."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Limit, Offset, Reading, RowId, RunId, ServicesDep, Writing, problems, router
from gsl.backend.db.models import Gate, Run
from gsl.backend.errors import ForbiddenError
from gsl.backend.services import gates as decisions
from gsl.backend.services.app_services import Services
from gsl.backend.services.gate_preview import preview
from gsl.backend.store import gate_comments, gates, inbox, runs
from gsl.protocol.api import (
    GateApprovals,
    GateApprove,
    GateCommentCreate,
    GateCommentPublic,
    GateEdits,
    GatePreview,
    GatePublic,
    GateReject,
    GatesApprove,
    Page,
    WaitingGate,
)

routes = router("gate")


@routes.get("/runs/{run_id}/gate", summary="Get the latest gate", responses=problems(404))
def get_gate(run_id: RunId, session: Reading) -> GatePublic:
    """Its frozen evidence, the proposal and, once made, the decision. 404 before the first gate."""
    run = runs.get(session, run_id)
    return gates.public(session, gates.latest(session, run_id), run)


@routes.get("/runs/{run_id}/gates", summary="List all gates, oldest first", responses=problems(404))
def list_gates(run_id: RunId, session: Reading) -> list[GatePublic]:
    """One for each time the generalist reached its gate, in all cycles. Empty before the first."""
    run = runs.get(session, run_id)
    return gates.publics(session, gates.every(session, run_id), run)


@routes.get("/gates", summary="List the gates that wait for a decision", responses=problems())
def list_waiting_gates(who: Who, session: Reading, limit: Limit = 100, offset: Offset = 0) -> Page[WaitingGate]:
    """Of all runs that you see; those with the nearest deadline first, then the oldest."""
    return inbox.page(session, who, limit, offset)


@routes.post("/runs/{run_id}/gate/preview", summary="Preview an approval", responses=problems(400, 404, 409))
def preview_gate(run_id: RunId, body: GateEdits, session: Reading) -> GatePreview:
    """What it would start and cost with these edits, in steps and minutes. Nothing is decided. 409 if no gate is
    open."""
    return preview(session, runs.get(session, run_id), body)


@routes.post("/runs/{run_id}/gate/approve", summary="Approve the gate", responses=problems(400, 404, 409))
def approve_gate(run_id: RunId, body: GateApprove, who: Who, session: Writing, services: ServicesDep) -> GatePublic:
    """Starts the specialists, as proposed or with edits. 409 if no gate is open; 422 names each invalid edit."""
    run = runs.locked(session, run_id)
    return _decided(services, session, decisions.approve(session, run, body, who.name), run)


@routes.post("/runs/{run_id}/gate/reject", summary="Reject the gate", responses=problems(400, 404, 409))
def reject_gate(run_id: RunId, body: GateReject, who: Who, session: Writing, services: ServicesDep) -> GatePublic:
    """`continue` keeps training with a fresh plateau detector, `stop` ends the run. 409 if no gate is open."""
    run = runs.locked(session, run_id)
    return _decided(services, session, decisions.reject(session, run, body, who.name), run)


@routes.post("/gates/approve", summary="Approve many gates as proposed", responses=problems(400))
def approve_gates(body: GatesApprove, who: Who, services: ServicesDep) -> GateApprovals:
    """Each run is decided on its own: `approved` names those whose specialists start, `refused` says why others do
    not. A second request changes nothing, because a gate is decided once.
    """
    return decisions.approve_each(services, body, who)


@routes.get("/runs/{run_id}/comments", summary="List comments on gates, oldest first", responses=problems(404))
def list_comments(run_id: RunId, session: Reading) -> list[GateCommentPublic]:
    """On all gates of the run."""
    runs.get(session, run_id)
    return gate_comments.of_run(session, run_id)


@routes.post(
    "/runs/{run_id}/gates/{gate_id}/comments",
    status_code=201,
    summary="Comment on a gate",
    responses=problems(400, 404, 409),
)
def add_comment(
    run_id: RunId, gate_id: RowId, body: GateCommentCreate, who: Who, session: Writing, services: ServicesDep
) -> GateCommentPublic:
    """Before or after its decision, by anyone who sees the run, as plain text."""
    runs.locked(session, run_id)
    _check_writes(who)
    added = gate_comments.add(session, run_id, gate_id, who.name, body.text)
    services.publish(session, "comment", run_id)
    return added


@routes.delete(
    "/runs/{run_id}/comments/{comment_id}", status_code=204, summary="Delete a comment", responses=problems(404)
)
def delete_comment(run_id: RunId, comment_id: RowId, who: Who, session: Writing, services: ServicesDep) -> None:
    """One of your own."""
    _check_writes(who)
    gate_comments.remove(session, run_id, comment_id, who.name)
    services.publish(session, "comment", run_id)


def _check_writes(who: Who) -> None:
    """A viewer may comment, but not with a token that only reads."""
    if who.only_reads:
        raise ForbiddenError("This token may only read; a comment needs one of scope write.")


def _decided(services: Services, session: Writing, gate: Gate, run: Run) -> GatePublic:
    session.flush()
    services.advance(session, gate.run_id, "gate")
    return gates.public(session, gate, run)
