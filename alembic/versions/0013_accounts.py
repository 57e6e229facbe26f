"""accounts, sessions, tokens, invitations, the audit, and owners of runs and experiments

Revision ID: 0013
Revises: 0012
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("run", "experiment"):
        op.add_column(table, sa.Column("owner", sa.String(), nullable=False, server_default=""))
    _create("account", *_texts("name", "role"), *_texts("email", "password_hash", nullable=True), _flag("disabled"))
    op.create_index(op.f("ix_account_name"), "account", ["name"], unique=True)
    _create("browser_session", *_account("browser_session"), _secret(), *_times("expires_at", "last_used_at"))
    _create(
        "api_token", *_account("api_token"), _secret(), *_texts("name", "scope"),
        *_times("expires_at", "last_used_at", "revoked_at", nullable=True),
    )  # fmt: skip
    _create(
        "worker_token", _secret(), *_texts("name", "created_by"), *_times("last_used_at", "revoked_at", nullable=True)
    )
    _create(
        "invitation", _secret(), *_texts("role", "note", "created_by"), *_texts("used_by", nullable=True),
        *_times("expires_at"), *_times("used_at", "revoked_at", nullable=True),
    )  # fmt: skip
    for table in ("browser_session", "api_token"):
        op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    for table in ("browser_session", "api_token", "worker_token", "invitation"):
        op.create_index(op.f(f"ix_{table}_secret_sha256"), table, ["secret_sha256"], unique=True)
    texts = _texts("who", "what", "subject", "detail")
    op.create_table("audit_entry", _identity(), *_times("at"), *texts, _key("audit_entry"))
    for column in ("at", "who"):
        op.create_index(op.f(f"ix_audit_entry_{column}"), "audit_entry", [column])


def downgrade() -> None:
    for table in ("audit_entry", "invitation", "worker_token", "api_token", "browser_session", "account"):
        op.drop_table(table)
    for table in ("experiment", "run"):
        op.drop_column(table, "owner")


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(table, _identity(), *columns, *_times("created_at"), _key(table))


def _identity() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _account(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    name = op.f(f"fk_{table}_account_id")
    return (
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete="CASCADE"),
    )


def _secret() -> sa.Column[str]:
    return sa.Column("secret_sha256", sa.String(64), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[datetime]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]
