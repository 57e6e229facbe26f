"""policies that let gates open by themselves, and what they said

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "owner")),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index(op.f("ix_policy_name"), "policy", ["name"], unique=True)
    op.create_table(
        "policy_version",
        sa.Column("policy_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conditions", _JSON, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("note", "created_by")),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_version_policy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("policy_id", "version", name=op.f("pk_policy_version")),
    )
    op.create_table(
        "gate_verdict",
        sa.Column("gate_id", _ID, nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("opens", "waits")),
        sa.Column("reasons", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_verdict_gate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gate_id", name=op.f("pk_gate_verdict")),
    )


def downgrade() -> None:
    for table in ("gate_verdict", "policy_version", "policy"):
        op.drop_table(table)
