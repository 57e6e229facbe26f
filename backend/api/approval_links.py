"""Links that decide a gate once, without an account: making and revoking them, and what they open.

Opening one by GET decides nothing, because chats open every link that is posted in them.
"""

from datetime import timedelta

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RowId, RunId, ServicesDep, Writing, problems, router
from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate
from gsl.backend.errors import ConflictError
from gsl.backend.services import links
from gsl.backend.store import approval_links, audit, credentials, gates, reach, runs
from gsl.protocol.api import (
    ApprovalDecision,
    ApprovalLinkCreate,
    ApprovalLinkCreated,
    ApprovalLinkPublic,
    ApprovalPublic,
    GatePublic,
)

routes = router("gate")


@routes.post(
    "/runs/{run_id}/gate/links", status_code=201, summary="Create an approval link", responses=problems(400, 404, 409)
)
def create_approval_link(
    run_id: RunId, body: ApprovalLinkCreate, who: Who, session: Writing, services: ServicesDep
) -> ApprovalLinkCreated:
    """Whoever has it decides the open gate, once and without an account. 409 if no gate is open."""
    runs.locked(session, run_id)
    gate = gates.latest(session, run_id)
    if gate.status != "open":
        raise ConflictError(f"The gate of run {run_id} is not open: it was already {gate.status}.")
    secret, ends = credentials.new_secret(links.APPROVAL), now() + timedelta(hours=body.hours)
    row = approval_links.create(session, gate.id or 0, secret, who.name, ends)
    audit.about(session, f"run {run_id}", f"link {row.id}, for {body.hours} hours")
    shown = ApprovalLinkPublic.model_validate(row).model_dump()
    return ApprovalLinkCreated(**shown, secret=secret, url=links.address(services, secret))


@routes.get("/runs/{run_id}/gate/links", summary="List approval links, newest first", responses=problems(404))
def list_approval_links(run_id: RunId, session: Reading) -> list[ApprovalLinkPublic]:
    """Of all gates of the run, without their secrets."""
    runs.get(session, run_id)
    return [ApprovalLinkPublic.model_validate(row) for row in approval_links.of_run(session, run_id)]


@routes.delete("/approval-links/{link_id}", status_code=204, summary="Revoke an approval link", responses=problems(404))
def revoke_approval_link(link_id: RowId, who: Who, session: Writing) -> None:
    """It decides nothing any more."""
    row = approval_links.get(session, link_id)
    run_id = session.get_one(Gate, row.gate_id).run_id
    reach.check(session, who, "run", run_id, "member", of_the_bin=True)
    row.revoked_at = row.revoked_at or now()


@routes.get("/approval", summary="Get what an approval link decides", responses=problems())
def get_approval(who: Who, session: Reading) -> ApprovalPublic:
    """Asked with the link's secret as token. Decides nothing."""
    row = approval_links.get(session, who.credential_id or 0)
    return _shown(session, approval_links.check(session, row), row.created_by, row.expires_at)


@routes.post("/approval", summary="Decide by an approval link", responses=problems(400, 409))
def decide_approval(body: ApprovalDecision, who: Who, session: Writing, services: ServicesDep) -> GatePublic:
    """As proposed or against the specialists, with the link's secret as token. The link is used up."""
    gate = links.decide(services, session, who, body)
    return gates.public(session, gate, runs.get(session, gate.run_id))


def _shown(session: Reading, gate: Gate, made_by: str, expires_at: object) -> ApprovalPublic:
    run = runs.get(session, gate.run_id)
    own = {"run_id": run.id, "run_name": run.name, "suite": run.suite, "gate": gates.public(session, gate, run)}
    return ApprovalPublic.model_validate({**own, "made_by": made_by, "expires_at": expires_at})
