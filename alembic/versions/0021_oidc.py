"""sign-in through an OpenID Connect provider

Revision ID: 0019
Revises: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "external_identity",
        *_account("external_identity", nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("issuer", "subject")),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_used_at", _TIME, nullable=True),
        sa.UniqueConstraint("issuer", "subject", name="uq_external_identity"),
    )
    op.create_table(
        "oidc_attempt",
        *_account("oidc_attempt", nullable=True),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "nonce", "code_verifier", "redirect_uri")),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    for table in ("external_identity", "oidc_attempt"):
        op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])
    op.create_index(op.f("ix_oidc_attempt_secret_sha256"), "oidc_attempt", ["secret_sha256"], unique=True)
    op.create_index(op.f("ix_oidc_attempt_expires_at"), "oidc_attempt", ["expires_at"])


def downgrade() -> None:
    op.drop_table("oidc_attempt")
    op.drop_table("external_identity")


def _account(table: str, nullable: bool) -> tuple[sa.schema.SchemaItem, ...]:
    name = op.f(f"fk_{table}_account_id")
    return (
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.Column("account_id", _ID, nullable=nullable),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete="CASCADE"),
    )
