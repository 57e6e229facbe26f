"""What is said of gates: by policies, which let gates open by themselves, and by people, who comment.

A version of a policy never changes, so that what it decided can be explained.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import identity, json_column, reference, time_column


class Policy(SQLModel, table=True):
    """A name, and who answers for it."""

    id: int | None = identity()
    name: str = Field(unique=True, index=True)
    owner: str
    disabled: bool = False
    created_at: datetime = time_column()


class PolicyVersion(SQLModel, table=True):
    """Conditions; numbers of a policy count from 1."""

    __tablename__ = "policy_version"

    policy_id: int = reference("policy.id", primary_key=True)
    version: int = Field(primary_key=True)
    conditions: dict[str, Any] = json_column()  # PolicyConditions
    note: str = ""
    created_by: str
    created_at: datetime = time_column()


class GateVerdict(SQLModel, table=True):
    """What a policy said of a gate when it opened, or since then when the policy's hours began."""

    __tablename__ = "gate_verdict"

    gate_id: int = reference("gate.id", primary_key=True)
    policy: str
    version: int | None = None
    opens: bool
    waits: bool = False  # for the policy's hours
    reasons: list[str] = json_column()


class GateComment(SQLModel, table=True):
    """What somebody wrote about a gate, before or after its decision."""

    __tablename__ = "gate_comment"

    id: int | None = identity()
    gate_id: int = reference("gate.id", index=True)
    author: str  # name of the account
    text: str
    created_at: datetime = time_column()
