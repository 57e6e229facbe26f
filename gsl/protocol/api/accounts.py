"""Accounts, sign-in, invitations, tokens and the audit."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from gsl.protocol.api.base import MAX_ID, Answer, Request, example
from gsl.protocol.api.quotas import AllowancePublic

Role = Literal["viewer", "member", "admin"]
"""A viewer reads, a member also launches, decides and changes, an admin also manages accounts."""

TokenScope = Literal["read", "write"]
"""A token that may only read has the rights of a viewer; one that may write has those of its account."""

ACCOUNT_NAME = r"^[a-z0-9][a-z0-9._-]{0,49}$"
SHORTEST_PASSWORD = 10


def _named_well(name: str) -> str:
    if not re.fullmatch(ACCOUNT_NAME, name):
        raise ValueError("must be at most 50 lower-case letters, digits, '.', '_' and '-', a letter or digit first")
    return name


def _long_enough(password: SecretStr) -> SecretStr:
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"must have at least {SHORTEST_PASSWORD} characters")
    return password


AccountName = Annotated[
    str,
    AfterValidator(_named_well),
    Field(description="It never changes.", examples=["ada"], json_schema_extra={"pattern": ACCOUNT_NAME}),
]
NewPassword = Annotated[
    SecretStr,
    AfterValidator(_long_enough),
    Field(max_length=200, json_schema_extra={"minLength": SHORTEST_PASSWORD}),
]
_Secret = Annotated[SecretStr, Field(max_length=200)]
_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class AccountPublic(Answer):
    name: str
    role: Role


class SessionPublic(Answer):
    """Who is signed in, and how others can."""

    account: AccountPublic | None = Field(description="Null if the request carries no valid session or token.")
    passwords: bool = Field(description="Whether there are accounts with passwords, so that one can sign in here.")
    provider: str | None = Field(
        description="Name of the provider through which one can sign in at /session/oidc, if there is one.",
    )


class SignIn(Request):
    name: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=200)]
    password: _Secret


class PasswordChange(Request):
    current: _Secret = Field(default=SecretStr(""), description="Empty if the account has no password yet.")
    new: NewPassword


class PersonPublic(AccountPublic, AllowancePublic):
    email: str | None
    disabled: bool
    has_password: bool
    created_at: datetime
    last_used_at: datetime | None = Field(description="Of a session; null if there is none.")


class PersonUpdate(Request):
    model_config = example({"role": "viewer"})

    role: Role | None = None
    disabled: bool | None = None


class InvitationCreate(Request):
    model_config = example({"role": "member", "note": "Ada"})

    role: Role
    note: str = Field(default="", max_length=200, description="For whom it is.")
    days: int = Field(default=7, ge=1, le=30, description="So long the link can be used.")


class InvitationPublic(Answer):
    id: int
    role: Role
    note: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None
    revoked_at: datetime | None


class InvitationCreated(InvitationPublic):
    secret: str = Field(description="What the link ends with: /invitation#secret. It is shown only here.")


class InvitationAccept(Request):
    secret: _Secret
    name: AccountName
    email: str | None = Field(default=None, max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    password: NewPassword


class TokenCreate(Request):
    model_config = example({"name": "notebook", "scope": "read", "days": 90})

    name: _Title
    scope: TokenScope
    days: int | None = Field(default=90, ge=1, le=3650, description="So long it counts; null for ever.")
    project_id: int | None = Field(
        default=None, ge=1, le=MAX_ID, description="The only project that it opens; null for all."
    )


class TokenPublic(Answer):
    id: int
    name: str
    scope: TokenScope
    project_id: int | None = Field(description="The only project that it opens; null for all.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenCreated(TokenPublic):
    secret: str = Field(description="What a script sends as `Authorization: Bearer`. It is shown only here.")


class ExternalIdentityPublic(Answer):
    """Somebody at a provider who signs in as this account."""

    id: int
    issuer: str
    subject: str
    created_at: datetime
    last_used_at: datetime | None


class WorkerTokenCreate(Request):
    model_config = example({"name": "gpu-1"})

    name: _Title = Field(description="The machine whose workers use it.")


class WorkerTokenPublic(Answer):
    id: int
    name: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class WorkerTokenCreated(WorkerTokenPublic):
    secret: str = Field(description="GSL_WORKER_TOKEN of that machine. It is shown only here.")


class AuditEntryPublic(Answer):
    id: int
    at: datetime
    who: str
    what: str
    subject: str
    detail: str
