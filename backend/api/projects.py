"""Projects: what a group of people shares, and nobody else sees."""

from typing import Annotated

from fastapi import Path
from sqlmodel import Session

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ProjectId, Reading, ServicesDep, Writing, problems, router
from gsl.backend.db.project_models import Project
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, ForbiddenError, InvalidError
from gsl.backend.store import accounts, audit, projects, quotas, reach
from gsl.protocol.api import AllowancePublic, MemberSet, ProjectCreate, ProjectPublic, ProjectUpdate, QuotaSet

routes = router("projects")
Name = Annotated[str, Path(max_length=200, description="Of an account.")]


@routes.get("/projects", summary="List projects, by name", responses=problems())
def list_projects(who: Who, session: Reading) -> list[ProjectPublic]:
    """Those that you are in; admins see all."""
    return projects.listed(session, who)


@routes.post("/projects", status_code=201, summary="Create a project", responses=problems(400, 409))
def create_project(body: ProjectCreate, who: Who, session: Writing) -> ProjectPublic:
    """You become its owner and its first member. 409 if there is one of that name."""
    if not who.may_in(None, "member"):
        raise ForbiddenError(reach.refusal(session, who, None, "member"))
    owner = accounts.owner(session) if who.kind == "owner" else accounts.get(session, who.name)
    project = projects.create(session, body.name, body.description, owner)
    audit.about(session, f"project {project.id}", project.name)
    return _public(session, project)


@routes.get("/projects/{project_id}", summary="Get a project", responses=problems(404))
def get_project(project_id: ProjectId, session: Reading) -> ProjectPublic:
    """Its members, and how much belongs to it."""
    return _public(session, projects.get(session, project_id))


@routes.patch("/projects/{project_id}", summary="Change name, description or owner", responses=problems(400, 404, 409))
def update_project(
    project_id: ProjectId, body: ProjectUpdate, who: Who, session: Writing, services: ServicesDep
) -> ProjectPublic:
    """For its owner and admins. A new owner has to have the role member in it."""
    project = _managed(session, who, project_id)
    members = {member.name for member in _public(session, project).members if member.role == "member"}
    if body.owner is not None and body.owner not in members:
        raise InvalidError.field("owner", f"must have the role member in project {project_id}: {_listed(members)}")
    changes = body.model_dump(exclude_none=True)
    projects.change(session, project, changes)
    audit.about(session, f"project {project_id}", ", ".join(f"{field} {value}" for field, value in changes.items()))
    services.publish(session, "project", project_id=project_id)
    return _public(session, project)


@routes.delete("/projects/{project_id}", status_code=204, summary="Delete a project", responses=problems(404, 409))
def delete_project(project_id: ProjectId, who: Who, session: Writing, services: ServicesDep) -> None:
    """For its owner and admins. 409 if runs or experiments belong to it. Tokens limited to it are revoked."""
    project = _managed(session, who, project_id)
    audit.about(session, f"project {project_id}", project.name)
    projects.remove(session, project)
    services.publish(session, "project", project_id=project_id)


@routes.put(
    "/projects/{project_id}/members/{name}",
    summary="Add a member or change their role",
    responses=problems(400, 404, 409),
)
def set_project_member(
    project_id: ProjectId, name: Name, body: MemberSet, who: Who, session: Writing, services: ServicesDep
) -> ProjectPublic:
    """For its owner and admins. 409 for the owner, who stays a member."""
    project = _managed(session, who, project_id)
    _check_no_owner(project, name)
    projects.put_member(session, project, accounts.get(session, name), body.role)
    audit.about(session, f"project {project_id}", f"{name} {body.role}")
    services.publish(session, "project", project_id=project_id)
    return _public(session, project)


@routes.delete(
    "/projects/{project_id}/members/{name}", status_code=204, summary="Remove a member", responses=problems(404, 409)
)
def remove_project_member(project_id: ProjectId, name: Name, who: Who, session: Writing, services: ServicesDep) -> None:
    """For its owner and admins. 409 for the owner. What the member launched stays in the project."""
    project = _managed(session, who, project_id)
    _check_no_owner(project, name)
    projects.remove_member(session, project, accounts.get(session, name))
    audit.about(session, f"project {project_id}", name)
    services.publish(session, "project", project_id=project_id)


@routes.put("/projects/{project_id}/quota", summary="Set a project's quota", responses=problems(400, 404))
def set_project_quota(
    project_id: ProjectId, body: QuotaSet, session: Writing, services: ServicesDep
) -> AllowancePublic:
    """For all that belongs to the project, whoever launches it. Replaces what was set before."""
    project = projects.locked(session, project_id)
    quotas.put(session, project, body)
    audit.about(session, f"project {project_id}", quotas.described(body))
    services.publish(session, "project", project_id=project_id)
    return quotas.allowances(session, [project])[0]


def _managed(session: Session, who: Identity, project_id: int) -> Project:
    """The project, locked. Raises `NotFoundError`, and `ForbiddenError` unless the person manages it."""
    project = projects.locked(session, project_id)
    if project.owner != who.name and not who.may_in(project_id, "admin"):
        raise ForbiddenError(f"Project {project_id} is {project.owner}'s: they or an admin can do this.")
    return project


def _check_no_owner(project: Project, name: str) -> None:
    if name == project.owner:
        raise ConflictError(f"{name} owns project {project.id} and stays its member. Make another member owner first.")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _public(session: Session, project: Project) -> ProjectPublic:
    return projects.publics(session, [project])[0]
