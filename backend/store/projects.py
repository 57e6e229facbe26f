"""Projects and their members."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from gsl.backend.db.account_models import Account, ApiToken
from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Run
from gsl.backend.db.project_models import Project, ProjectMember
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, NotFoundError
from gsl.backend.store import quotas, reach
from gsl.protocol.api import ProjectMemberPublic, ProjectPublic, ProjectRole


def memberships(session: Session, account_id: int) -> dict[int, ProjectRole]:
    """The account's role in each of its projects."""
    query = select(ProjectMember.project_id, ProjectMember.role).where(ProjectMember.account_id == account_id)
    return dict(session.execute(query).all())


def create(session: Session, name: str, description: str, owner: Account) -> Project:
    """Its owner is its first member. Raises `ConflictError` if the name is taken."""
    project = Project(name=name, description=description, owner=owner.name)
    _store(session, project)
    put_member(session, project, owner, "member")
    return project


def _store(session: Session, project: Project) -> None:
    name = project.name
    try:
        with session.begin_nested():
            session.add(project)
            session.flush()
    except IntegrityError:
        raise ConflictError(f"There is a project named {name} already.") from None


def change(session: Session, project: Project, changes: dict[str, Any]) -> None:
    """Raises `ConflictError` if the name is taken."""
    project.sqlmodel_update(changes)
    _store(session, project)


def get(session: Session, project_id: int) -> Project:
    """Raises `NotFoundError`."""
    found = session.get(Project, project_id)
    if found is None:
        raise NotFoundError.of("project", project_id)
    return found


def locked(session: Session, project_id: int, *, shared: bool = False) -> Project:
    """Whoever adds to a project shares it, so that it is not deleted meanwhile. Raises `NotFoundError`."""
    found = session.exec(select(Project).where(Project.id == project_id).with_for_update(read=shared)).first()
    if found is None:
        raise NotFoundError.of("project", project_id)
    return found


def put_member(session: Session, project: Project, account: Account, role: ProjectRole) -> None:
    """Adds the account, or changes its role."""
    assert project.id is not None
    assert account.id is not None
    row = session.get(ProjectMember, (project.id, account.id))
    if row is None:
        session.add(ProjectMember(project_id=project.id, account_id=account.id, role=role, added_at=now()))
    else:
        row.role = role
    session.flush()


def remove_member(session: Session, project: Project, account: Account) -> None:
    """Raises `NotFoundError` if the account is no member."""
    row = session.get(ProjectMember, (project.id, account.id))
    if row is None:
        raise NotFoundError(f"{account.name} is not in project {project.id}.")
    session.delete(row)


def remove(session: Session, project: Project) -> None:
    """Delete an empty project; raises `ConflictError` if something belongs to it. Its tokens are revoked."""
    runs, experiments = (_count(session, table, project) for table in (Run, Experiment))
    if runs or experiments:
        raise ConflictError(
            f"Project {project.id} has {runs} runs and {experiments} experiments, in the bin or outside: move them, or "
            "delete them for good."
        )
    tokens = (col(ApiToken.project_id) == project.id, col(ApiToken.revoked_at).is_(None))
    session.exec(update(ApiToken).where(*tokens).values(revoked_at=now()))
    session.exec(delete(Project).where(col(Project.id) == project.id))


def _count(session: Session, table: type[Run] | type[Experiment], project: Project) -> int:
    return session.exec(select(func.count()).select_from(table).where(table.project_id == project.id)).one()


def names(session: Session, ids: Sequence[int | None]) -> dict[int | None, str]:
    wanted = {key for key in ids if key is not None}
    if not wanted:
        return {}
    return dict(session.execute(select(Project.id, Project.name).where(col(Project.id).in_(wanted))).all())


def listed(session: Session, who: Identity) -> list[ProjectPublic]:
    """Those that are there for the person, by name."""
    mine = select(Project).where(*reach.visible(who, Project.id)).order_by(func.lower(Project.name), col(Project.id))
    return publics(session, session.exec(mine).all())


def publics(session: Session, projects: Sequence[Project]) -> list[ProjectPublic]:
    """The number of queries does not depend on the number of projects."""
    ids = [project.id for project in projects]
    members = _members(session, ids)
    counts = [_counts(session, table, ids) for table in (Run, Experiment)]
    return [
        ProjectPublic(
            **project.model_dump(),
            **dict(allowance),
            members=tuple(members.get(project.id or 0, ())),
            runs=counts[0].get(project.id, 0),
            experiments=counts[1].get(project.id, 0),
        )
        for project, allowance in zip(projects, quotas.allowances(session, projects), strict=True)
    ]


def _members(session: Session, ids: Sequence[int | None]) -> dict[int, list[ProjectMemberPublic]]:
    query = select(ProjectMember, Account.name).join(Account, col(Account.id) == col(ProjectMember.account_id))
    found: dict[int, list[ProjectMemberPublic]] = {}
    for row, name in session.exec(query.where(col(ProjectMember.project_id).in_(ids)).order_by(col(Account.name))):
        public = ProjectMemberPublic(name=name, role=row.role, added_at=row.added_at)
        found.setdefault(row.project_id, []).append(public)
    return found


def _counts(session: Session, table: type[Run] | type[Experiment], ids: Sequence[int | None]) -> dict[int | None, int]:
    there = (col(table.project_id).in_(ids), col(table.deleted_at).is_(None))
    query = select(table.project_id, func.count()).where(*there).group_by(col(table.project_id))
    return dict(session.execute(query).all())
