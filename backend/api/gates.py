"""The gate of a run: read its evidence, approve it with or without edits, or reject it."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.db.models import Gate, Run
from gsl.backend.services import gates as decisions
from gsl.backend.services.app_services import Services
from gsl.backend.store import gates, runs
from gsl.protocol.api import GateApprovals, GateApprove, GatePublic, GateReject, GatesApprove

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


def _decided(services: Services, session: Writing, gate: Gate, run: Run) -> GatePublic:
    session.flush()
    services.advance(session, gate.run_id, "gate")
    return gates.public(session, gate, run)
