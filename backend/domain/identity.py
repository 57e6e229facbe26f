"""Who sends a request, and whether that is enough for a route and for what the request names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gsl.protocol.api import ProjectRole, Role

LinkKind = Literal["approval link", "share link"]

Kind = Literal["owner", "session", "token", "worker", "metrics"] | LinkKind
"""What proves it: the owner token, a browser's session, a personal token, a worker token, that of Prometheus, or a
link."""

Access = Literal["anyone", "viewer", "member", "admin", "account", "worker", "viewer or worker", "metrics"] | LinkKind
"""What a route asks for: a role or a higher one, a person who is signed in, a worker, Prometheus (or an admin), or a
link."""

OWNER = "owner"
"""Name of the account of whoever can read the data folder."""

DEADLINE = "deadline"
"""What decides a gate whose deadline has passed."""

RESERVED = frozenset({OWNER, DEADLINE, "automatic", "orchestrator", "reaper"})
"""Names that no other account may have."""

_RANK: dict[Role, int] = {"viewer": 0, "member": 1, "admin": 2}


@dataclass(frozen=True)
class Shared:
    """What a link shows: everything below one run or one experiment."""

    parameter: Literal["run_id", "experiment_id"]
    """Of the routes' paths."""
    id: int

    @property
    def kind(self) -> Literal["run", "experiment"]:
        return "run" if self.parameter == "run_id" else "experiment"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True)
class Identity:
    """A person, or a worker, Prometheus or a link, which have no role.

    The one rule of projects: what belongs to a project is there for its members, in their role in it, and for admins;
    what belongs to none is there for everyone, in the role of their account. What a link shows is there for the link.
    """

    name: str
    kind: Kind
    role: Role | None
    account_id: int | None = None
    """None for workers and links, and for the owner token, whose account may not have been made yet."""
    credential_id: int | None = None
    """Of the session, token or link."""
    scope_role: Role | None = None
    """The role that the account has, if a token's scope allows less."""
    projects: Mapping[int, ProjectRole] = field(default_factory=dict, hash=False)
    """The projects that the account is a member of; left out for admins, who need not be."""
    only_reads: bool = False
    """Whether a token's scope is to read."""
    only_project: int | None = None
    """The project to which a token is limited."""

    @property
    def sees_all(self) -> bool:
        """Workers do, too: they work for everyone."""
        return self.only_project is None and (self.role is None or self._is_admin)

    @property
    def _is_admin(self) -> bool:
        return "admin" in (self.role, self.scope_role)

    def role_in(self, project: int | None) -> Role | None:
        """The role at what belongs to a project, or to none; None if it is not there for this person."""
        if self.shared is not None:
            return "viewer"
        if self.only_project not in (None, project):
            return None
        if project is None or self._is_admin:
            return self.role
        role = self.projects.get(project)
        return "viewer" if role is not None and self.only_reads else role

    def may_in(self, project: int | None, needed: Role) -> bool:
        return _reaches(self.role_in(project), needed)

    shared: Shared | None = None
    """What a link shows."""

    def may(self, access: Access) -> bool:
        """Whether a route may be open; what the request names is looked at afterwards, with `role_in`."""
        if access == "anyone":
            return True
        if self.kind in ("metrics", "approval link", "share link"):
            return access == self.kind
        if self.role is None:
            return access in ("worker", "viewer or worker")
        if access == "account":  # a token that leaked cannot make further ones
            return self.kind != "token"
        needed = role_of(access)
        if needed is None or (needed == "admin" and self.only_project is not None):
            return False
        return any(self.may_in(project, needed) for project in (None, self.only_project, *self.projects))


def role_of(access: Access) -> Role | None:
    """The least role with which a person gets in; None if there is none."""
    if access in ("viewer", "member", "admin"):
        return access
    least: dict[Access, Role] = {"viewer or worker": "viewer", "metrics": "admin"}
    return least.get(access)


def _reaches(role: Role | None, needed: Role) -> bool:
    return role is not None and _RANK[role] >= _RANK[needed]
