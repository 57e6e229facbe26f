"""What a person may see and change: where everything belongs, and the condition under which lists show it.

The rule itself is `domain.identity.Identity.role_in`. Every route that names something is checked by
`api.access`; what a body or a query names is checked where it is read, with the same `check`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, null, or_
from sqlmodel import Session, col, select

from gsl.backend.db.models import Artifact, Experiment, Job, Run
from gsl.backend.db.project_models import Project
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ForbiddenError, NotFoundError
from gsl.protocol.api import Role

Kind = Literal["run", "job", "artifact", "experiment", "project"]

_OF_RUN = select(Run.project_id, Run.deleted_at)
_OF_JOB = _OF_RUN.join(Job, col(Job.run_id) == col(Run.id))
_OF_ARTIFACT = _OF_RUN.join(Artifact, col(Artifact.run_id) == col(Run.id))
_WHERE: Mapping[Kind, tuple[Any, Any]] = {
    "run": (_OF_RUN, Run.id),
    "job": (_OF_JOB, Job.id),
    "artifact": (_OF_ARTIFACT, Artifact.id),
    "experiment": (select(Experiment.project_id, Experiment.deleted_at), Experiment.id),
    "project": (select(Project.id, null()), Project.id),
}
"""For each kind of thing, the query for its project and the time of its deletion, and its id."""


def check(
    session: Session, who: Identity, kind: Kind, key: int, needed: Role = "viewer", of_the_bin: bool = False
) -> None:
    """Raises `NotFoundError` for what is not there for this person, as if it did not exist, and for what is in the bin,
    of which only the routes of the bin know; and `ForbiddenError`."""
    query, column = _WHERE[kind]
    found = session.execute(query.where(col(column) == key)).first()
    if found is None or who.role_in(found[0]) is None:
        raise NotFoundError.of(kind, key)
    if not who.may_in(found[0], needed):
        raise ForbiddenError(refusal(session, who, found[0], needed))
    if found[1] is not None and not of_the_bin:
        raise NotFoundError(f"{kind.capitalize()} {key} is in the bin. Restore it first.")


def check_all(session: Session, who: Identity, kind: Kind, keys: Sequence[int]) -> None:
    """Whether the person may see all of them, in one query. Raises as `check`, for the first that is not there."""
    query, column = _WHERE[kind]
    found = {row[-1]: row for row in session.execute(query.add_columns(col(column)).where(col(column).in_(keys)))}
    for key in keys:
        row = found.get(key)
        if row is None or row[1] is not None or not who.may_in(row[0], "viewer"):
            check(session, who, kind, key)


def refusal(session: Session, who: Identity, project_id: int | None, needed: Role) -> str:
    """Why the person may not do something with what belongs to the project, or to none."""
    role = who.role_in(project_id)
    if who.only_reads:
        return f"This token may only read; this needs one of scope write, and the role {needed}."
    if role is None:
        return f"This token is limited to project {who.only_project}. Name it in project_id, or use another token."
    if project_id is None:
        return f"This needs the role {needed}; {who.name} has the role {role}. An admin can change it."
    project = session.get(Project, project_id)
    name, owner = (project.name, project.owner) if project else (project_id, "its owner")
    return f"This needs the role {needed} in the project {name}; {who.name} has the role {role} there. Ask {owner}."


def visible(who: Identity, project_id: Any) -> list[ColumnElement[bool]]:
    """What rows with this column of projects have to fulfil to be listed for the person."""
    if who.sees_all:
        return []
    if who.only_project is not None:
        return [col(project_id) == who.only_project]
    return [or_(col(project_id).is_(None), col(project_id).in_(who.projects))]
