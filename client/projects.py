"""Projects: what a group of people shares, and nobody else sees."""

from gsl.client import models
from gsl.client.endpoints import Conversation, Request, ask, endpoint, get, listed, post, send
from gsl.protocol.api import ProjectRole


class ProjectCalls:
    """What the clients can do with projects."""

    @endpoint
    def projects(self) -> Conversation[list[models.Project]]:
        """Those that you are in, by name; all for an admin."""
        return listed(models.Project, "/projects")

    @endpoint
    def project(self, project_id: int) -> Conversation[models.Project]:
        return get(models.Project, f"/projects/{project_id}")

    @endpoint
    def create_project(self, name: str, description: str = "") -> Conversation[models.Project]:
        """You become its owner and its first member."""
        return post(models.Project, "/projects", {"name": name, "description": description})

    @endpoint
    def update_project(
        self, project_id: int, *, name: str | None = None, description: str | None = None, owner: str | None = None
    ) -> Conversation[models.Project]:
        changes = {"name": name, "description": description, "owner": owner}
        body = {key: value for key, value in changes.items() if value is not None}
        return send(models.Project, "PATCH", f"/projects/{project_id}", body)

    @endpoint
    def delete_project(self, project_id: int) -> Conversation[None]:
        """Refused (409) if runs or experiments belong to it."""
        yield from ask(Request("DELETE", f"/projects/{project_id}"))

    @endpoint
    def set_project_member(self, project_id: int, name: str, role: ProjectRole) -> Conversation[models.Project]:
        """Add an account to a project, or change its role there."""
        return send(models.Project, "PUT", f"/projects/{project_id}/members/{name}", {"role": role})

    @endpoint
    def set_project_quota(
        self, project_id: int, *, running_jobs: int | None = None, steps_a_day: int | None = None,
        storage_bytes: int | None = None,
    ) -> Conversation[models.Allowance]:  # fmt: skip
        """What is None is unlimited; for admins."""
        body = {"running_jobs": running_jobs, "steps_a_day": steps_a_day, "storage_bytes": storage_bytes}
        return send(models.Allowance, "PUT", f"/projects/{project_id}/quota", body)

    @endpoint
    def set_account_quota(
        self, name: str, *, running_jobs: int | None = None, steps_a_day: int | None = None,
        storage_bytes: int | None = None,
    ) -> Conversation[models.Allowance]:  # fmt: skip
        """What is None is unlimited; for admins."""
        body = {"running_jobs": running_jobs, "steps_a_day": steps_a_day, "storage_bytes": storage_bytes}
        return send(models.Allowance, "PUT", f"/people/{name}/quota", body)

    @endpoint
    def usage(self) -> Conversation[models.Allowance]:
        """The quota of this client's account, and how much of it is used."""
        return get(models.Allowance, "/account/usage")

    @endpoint
    def remove_project_member(self, project_id: int, name: str) -> Conversation[None]:
        yield from ask(Request("DELETE", f"/projects/{project_id}/members/{name}"))
