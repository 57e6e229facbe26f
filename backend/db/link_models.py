"""Tables of links that need no account: to decide one gate, and to look at one run or experiment.

Secrets are stored as SHA-256, as those of accounts are.
"""

from datetime import datetime

from sqlmodel import SQLModel

from gsl.backend.db.columns import hash_column, identity, reference, time_column


class ApprovalLink(SQLModel, table=True):
    """A link that decides a gate, once."""

    __tablename__ = "approval_link"

    id: int | None = identity()
    gate_id: int = reference("gate.id", index=True)
    webhook_id: int | None = reference("webhook.id", nullable=True, index=True)  # whose message carries it
    secret_sha256: str = hash_column()
    created_by: str
    created_at: datetime = time_column()
    expires_at: datetime = time_column()
    used_at: datetime | None = time_column(nullable=True)
    revoked_at: datetime | None = time_column(nullable=True)


class ShareLink(SQLModel, table=True):
    """A link that shows a run or an experiment: one of the two is set."""

    __tablename__ = "share_link"

    id: int | None = identity()
    run_id: int | None = reference("run.id", nullable=True, index=True)
    experiment_id: int | None = reference("experiment.id", nullable=True, index=True)
    note: str = ""
    secret_sha256: str = hash_column()
    created_by: str
    created_at: datetime = time_column()
    expires_at: datetime | None = time_column(nullable=True)
    last_used_at: datetime | None = time_column(nullable=True)
    revoked_at: datetime | None = time_column(nullable=True)
