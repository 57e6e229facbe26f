"""Who sends a request, and whether that is enough for a route."""

from dataclasses import dataclass
from typing import Literal

from gsl.protocol.api import Role

Kind = Literal["owner", "session", "token", "worker", "metrics"]
"""What proves it: the owner token, a browser's session, a personal token, a worker token, or that of Prometheus."""

Access = Literal["anyone", "viewer", "member", "admin", "account", "worker", "viewer or worker", "metrics"]
"""What a route asks for: a role or a higher one, a person who is signed in, a worker, or Prometheus (or an admin)."""

OWNER = "owner"
"""Name of the account of whoever can read the data folder."""

RESERVED = frozenset({OWNER, "automatic", "orchestrator", "reaper"})
"""Names that no other account may have."""

_RANK: dict[Role, int] = {"viewer": 0, "member": 1, "admin": 2}


@dataclass(frozen=True)
class Identity:
    """A person, or a worker or Prometheus, which have no role."""

    name: str
    kind: Kind
    role: Role | None
    account_id: int | None = None
    """None for workers, and for the owner token, whose account may not have been made yet."""
    credential_id: int | None = None
    """Of the session or token."""
    scope_role: Role | None = None
    """The role that the account has, if a token's scope allows less."""

    def may(self, access: Access) -> bool:
        if access == "anyone":
            return True
        if self.kind == "metrics":
            return access == "metrics"
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
    least: dict[Access, Role] = {"viewer or worker": "viewer", "metrics": "admin"}
    return least.get(access)
