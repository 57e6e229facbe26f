"""The gate of a run: look at its evidence, approve with edits, or reject."""

from backend.api.deps import Reading, RunId, ServicesDep, Writing, problems, router
from backend.api.runs import PERSON
from backend.db.models import Gate, Run
from backend.services import gates as decisions
from backend.services.app_services import Services
from backend.store import gates, runs
from gsl.protocol.api import GateApprove, GatePublic, GateReject

routes = router("gate")


@routes.get("/runs/{run_id}/gate", summary="The latest gate", responses=problems(404))
def get_gate(run_id: RunId, session: Reading) -> GatePublic:
    """Its frozen evidence, the proposal, and the decision once there is one; 404 before the first gate."""
    run = runs.get(session, run_id)
    return gates.public(gates.latest(session, run_id), run)


@routes.get("/runs/{run_id}/gates", summary="All gates, oldest first", responses=problems(404))
def list_gates(run_id: RunId, session: Reading) -> list[GatePublic]:
    """One for each time the generalist came to its gate, in every cycle; empty before the first."""
    run = runs.get(session, run_id)
    return [gates.public(gate, run) for gate in gates.every(session, run_id)]


@routes.post("/runs/{run_id}/gate/approve", summary="Let the specialists start", responses=problems(400, 404, 409))
def approve_gate(run_id: RunId, body: GateApprove, session: Writing, services: ServicesDep) -> GatePublic:
    """As proposed, or with edits; 409 when no gate is open, 422 naming each edit that cannot be."""
    run = runs.locked(session, run_id)
    return _decided(services, session, decisions.approve(session, run, body, PERSON), run)


@routes.post("/runs/{run_id}/gate/reject", summary="Keep training, or stop", responses=problems(400, 404, 409))
def reject_gate(run_id: RunId, body: GateReject, session: Writing, services: ServicesDep) -> GatePublic:
    """`continue` trains on with the detector armed anew, `stop` ends the run; 409 when no gate is open."""
    run = runs.locked(session, run_id)
    return _decided(services, session, decisions.reject(session, run, body, PERSON), run)


def _decided(services: Services, session: Writing, gate: Gate, run: Run) -> GatePublic:
    session.flush()
    services.advance(session, gate.run_id, "gate")
    return gates.public(gate, run)
