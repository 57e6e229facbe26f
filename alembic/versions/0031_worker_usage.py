"""how busy workers are, minute by minute

Revision ID: 0031
Revises: 0030
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "worker_minute",
        sa.Column("worker", sa.String(), sa.ForeignKey("worker.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("minute", sa.Integer(), primary_key=True),
        sa.Column("use", _JSON, nullable=False),
    )
    op.create_index("ix_worker_minute_minute", "worker_minute", ["minute"])


def downgrade() -> None:
    op.drop_table("worker_minute")
