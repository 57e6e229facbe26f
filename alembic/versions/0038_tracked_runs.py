"""runs that a script tracks

Revision ID: 0038
Revises: 0037
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tracked_run",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("parent_id", _ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("watch", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_tracked_run_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["run.id"], name=op.f("fk_tracked_run_parent_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_tracked_run")),
        sa.UniqueConstraint("parent_id", "number", name="uq_tracked_run_parent_number"),
    )
    op.create_index(op.f("ix_tracked_run_key"), "tracked_run", ["key"])


def downgrade() -> None:
    op.drop_table("tracked_run")
