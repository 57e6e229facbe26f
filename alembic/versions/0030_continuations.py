"""continuations: further training of runs that had succeeded

Revision ID: 0030
Revises: 0029
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("run", sa.Column("continued_steps", _ID, nullable=False, server_default="0"))
    op.create_table(
        "continuation",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("run_id", _ID, sa.ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("total_steps", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("held_out_score", sa.Float(53), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("run_id", "number", name="uq_continuation_run_number"),
    )
    op.create_index("ix_continuation_run_id", "continuation", ["run_id"])
    op.create_index("ix_continuation_asked_at", "continuation", ["asked_at"])


def downgrade() -> None:
    op.drop_table("continuation")
    op.drop_column("run", "continued_steps")
