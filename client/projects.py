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
    def remove_project_member(self, project_id: int, name: str) -> Conversation[None]:
        yield from ask(Request("DELETE", f"/projects/{project_id}/members/{name}"))
