"""Policies: storing versions of them, reading them, and trying one on gates of the past."""

from typing import Annotated

from fastapi import Path

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, Writing, problems, router
from gsl.backend.services.policies import dry_run
from gsl.backend.store import audit, policies
from gsl.protocol.api import DryRunCreate, DryRunPublic, PolicyPublic, PolicyStore, PolicyUpdate

routes = router("gate")

Name = Annotated[str, Path(max_length=50, description="Name of the policy.", examples=["nightly"])]


@routes.get("/policies", summary="List policies", responses=problems())
def list_policies(session: Reading) -> list[PolicyPublic]:
    """With all their versions. A run names one in `gate.policy`."""
    return policies.listed(session)


@routes.post("/policies", status_code=201, summary="Store a policy", responses=problems(400, 409))
def store_policy(body: PolicyStore, who: Who, session: Writing) -> PolicyPublic:
    """A new policy, or the next version of one. Versions never change; runs that name none use the newest."""
    row = policies.store(session, body.name, body.conditions, body.note, who.name)
    audit.about(session, f"policy {body.name}", f"version {row.version}")
    return policies.public(session, policies.get(session, body.name))


@routes.patch("/policies/{name}", summary="Disable or enable a policy", responses=problems(400, 404))
def update_policy(name: Name, body: PolicyUpdate, session: Writing) -> PolicyPublic:
    """A disabled policy opens no gate; runs that name it ask a person."""
    policy = policies.get(session, name)
    policy.disabled = body.disabled
    audit.about(session, f"policy {name}", f"disabled {body.disabled}")
    return policies.public(session, policy)


@routes.post("/policies/dry-run", summary="Try a policy on past gates", responses=problems(400, 404))
def try_policy(body: DryRunCreate, who: Who, session: Reading) -> DryRunPublic:
    """What it would have decided, why, and what that would have cost. Nothing is decided."""
    return dry_run(session, body, who)
