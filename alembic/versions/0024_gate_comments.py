"""comments on gates

Revision ID: 0024
Revises: 0023
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "gate_comment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("gate_id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("author", "text")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gate.id"], name=op.f("fk_gate_comment_gate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_comment")),
    )
    op.create_index(op.f("ix_gate_comment_gate_id"), "gate_comment", ["gate_id"])


def downgrade() -> None:
    op.drop_table("gate_comment")
