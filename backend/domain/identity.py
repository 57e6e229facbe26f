"""Who sends a request, and whether that is enough for a route."""

from dataclasses import dataclass
from typing import Literal

from gsl.protocol.api import Role

LinkKind = Literal["approval link", "share link"]

Kind = Literal["owner", "session", "token", "worker"] | LinkKind
"""What proves it: the owner token, a browser's session, a personal token, a worker token, or a link."""

Access = Literal["anyone", "viewer", "member", "admin", "account", "worker", "viewer or worker"] | LinkKind
"""What a route asks for: a role or a higher one, a person who is signed in, a worker, or a link."""

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

    def __str__(self) -> str:
        return f"{self.parameter.removesuffix('_id')} {self.id}"


@dataclass(frozen=True)
class Identity:
    """A person, or a worker or a link, which have no role."""

    name: str
    kind: Kind
    role: Role | None
    account_id: int | None = None
    """None for workers and links, and for the owner token, whose account may not have been made yet."""
    credential_id: int | None = None
    """Of the session, token or link."""
    scope_role: Role | None = None
    """The role that the account has, if a token's scope allows less."""
    shared: Shared | None = None
    """What a link shows."""

    def may(self, access: Access) -> bool:
        if access == "anyone":
            return True
        if self.kind in ("approval link", "share link"):
            return access == self.kind
        if self.role is None:
            return access in ("worker", "viewer or worker")
        if access == "account":  # a token that leaked cannot make further ones
            return self.kind != "token"
        needed = role_of(access)
        return needed is not None and _RANK[self.role] >= _RANK[needed]


def role_of(access: Access) -> Role | None:
    """The least role with which a person gets in; None if there is none."""
    if access in ("viewer", "member", "admin"):
        return access
    return "viewer" if access == "viewer or worker" else None
