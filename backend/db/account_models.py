"""Tables of accounts, of what proves who sends a request, and of who did and wrote what.

Secrets are stored as SHA-256, which is enough because they are random and long. Passwords, which are neither, are
stored as argon2.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import hash_column, identity, loose_reference, reference, time_column


class Account(SQLModel, table=True):
    """A person. Its name is what runs, decisions and the audit carry, so it never changes and is never given away."""

    id: int | None = identity()
    name: str = Field(unique=True, index=True)
    email: str | None = None
    role: str  # Role
    password_hash: str | None = None  # argon2; without one, nobody signs in by password
    disabled: bool = False
    created_at: datetime = time_column()
    served_at: datetime | None = time_column(nullable=True)  # when a worker last took a job of its runs


class BrowserSession(SQLModel, table=True):
    """A browser that is signed in; its cookie holds the secret."""

    __tablename__ = "browser_session"

    id: int | None = identity()
    account_id: int = reference("account.id", index=True)
    secret_sha256: str = hash_column()
    created_at: datetime = time_column()
    expires_at: datetime = time_column()
    last_used_at: datetime = time_column()


class ApiToken(SQLModel, table=True):
    """What a script of a person sends instead of signing in."""

    __tablename__ = "api_token"

    id: int | None = identity()
    account_id: int = reference("account.id", index=True)
    name: str
    secret_sha256: str = hash_column()
    scope: str  # TokenScope
    project_id: int | None = loose_reference()  # the only project that it opens
    created_at: datetime = time_column()
    expires_at: datetime | None = time_column(nullable=True)
    last_used_at: datetime | None = time_column(nullable=True)
    revoked_at: datetime | None = time_column(nullable=True)


class WorkerToken(SQLModel, table=True):
    """What the workers of one machine send."""

    __tablename__ = "worker_token"

    id: int | None = identity()
    name: str
    secret_sha256: str = hash_column()
    created_by: str
    created_at: datetime = time_column()
    last_used_at: datetime | None = time_column(nullable=True)
    revoked_at: datetime | None = time_column(nullable=True)


class Invitation(SQLModel, table=True):
    """A link with which one person makes an account."""

    id: int | None = identity()
    secret_sha256: str = hash_column()
    role: str  # Role
    note: str = ""
    created_by: str
    created_at: datetime = time_column()
    expires_at: datetime = time_column()
    used_at: datetime | None = time_column(nullable=True)
    used_by: str | None = None
    revoked_at: datetime | None = time_column(nullable=True)


class ExternalIdentity(SQLModel, table=True):
    """A person at a provider, who signs in as this account. Names and addresses may change there, these two do not."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="uq_external_identity"),)

    id: int | None = identity()
    account_id: int = reference("account.id", index=True)
    issuer: str
    subject: str
    created_at: datetime = time_column()
    last_used_at: datetime | None = time_column(nullable=True)


class OidcAttempt(SQLModel, table=True):
    """A browser on its way to the provider and back; it goes once, so the row is deleted when it returns."""

    __tablename__ = "oidc_attempt"

    id: int | None = identity()
    account_id: int | None = reference("account.id", nullable=True, index=True)  # that is to be linked
    secret_sha256: str = hash_column()  # of the browser's cookie
    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    expires_at: datetime = time_column(index=True)


class AuditEntry(SQLModel, table=True):
    """Who did what to what, and when. Unlike events, entries outlive the runs that they are about."""

    __tablename__ = "audit_entry"

    id: int | None = identity()
    at: datetime = time_column(index=True)
    who: str = Field(index=True)
    what: str
    subject: str = ""
    detail: str = ""


class NoteVersion(SQLModel, table=True):
    """The notes of a run or of an experiment, one of which is set, as somebody saved them. The newest are in force."""

    __tablename__ = "note_version"

    id: int | None = identity()
    run_id: int | None = reference("run.id", nullable=True, on_delete="CASCADE", index=True)
    experiment_id: int | None = reference("experiment.id", nullable=True, on_delete="CASCADE", index=True)
    who: str
    at: datetime = time_column()
    text: str
