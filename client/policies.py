"""Policies that let gates open by themselves, and links that need no account."""

from collections.abc import Mapping
from typing import Any

from gsl.client import models
from gsl.client.endpoints import Conversation, Request, ask, endpoint, listed, post, send


class PolicyCalls:
    """What the clients can do with policies."""

    @endpoint
    def policies(self) -> Conversation[list[models.Policy]]:
        """All of them, with their versions, newest first."""
        return listed(models.Policy, "/policies")

    @endpoint
    def store_policy(self, name: str, conditions: Mapping[str, Any], *, note: str = "") -> Conversation[models.Policy]:
        """A new policy, or the next version of one."""
        return post(models.Policy, "/policies", {"name": name, "conditions": dict(conditions), "note": note})

    @endpoint
    def disable_policy(self, name: str, *, disabled: bool = True) -> Conversation[models.Policy]:
        return send(models.Policy, "PATCH", f"/policies/{name}", {"disabled": disabled})

    @endpoint
    def dry_run(
        self,
        policy: str | None = None,
        *,
        version: int | None = None,
        conditions: Mapping[str, Any] | None = None,
        suite: str | None = None,
        experiment_id: int | None = None,
        limit: int = 100,
    ) -> Conversation[models.DryRun]:
        """What a stored policy, or conditions that are not stored, would have decided at past gates."""
        body = {
            "policy": policy, "version": version, "conditions": conditions, "suite": suite,
            "experiment_id": experiment_id, "limit": limit,
        }  # fmt: skip
        return post(models.DryRun, "/policies/dry-run", body)


class LinkCalls:
    """What the clients can do with links that need no account."""

    @endpoint
    def approval_link(self, run_id: int, *, hours: int = 24) -> Conversation[models.ApprovalLink]:
        """A link that decides the run's open gate, once. Refused (409) if no gate is open."""
        return post(models.ApprovalLink, f"/runs/{run_id}/gate/links", {"hours": hours})

    @endpoint
    def share_run(self, run_id: int, *, note: str = "", days: int | None = None) -> Conversation[models.ShareLink]:
        """A link that shows the run; without `days`, until it is revoked."""
        return post(models.ShareLink, f"/runs/{run_id}/links", {"note": note, "days": days})

    @endpoint
    def share_experiment(
        self, experiment_id: int, *, note: str = "", days: int | None = None
    ) -> Conversation[models.ShareLink]:
        """A link that shows the experiment's comparison."""
        return post(models.ShareLink, f"/experiments/{experiment_id}/links", {"note": note, "days": days})

    @endpoint
    def revoke_link(self, link_id: int) -> Conversation[None]:
        """One that shows a run or an experiment."""
        yield from ask(Request("DELETE", f"/links/{link_id}"))
