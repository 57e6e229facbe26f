"""the bin: runs and experiments that were deleted, and by whom

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("run", "experiment")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("deleted_by", sa.String(), nullable=False, server_default=""))
        op.create_index(op.f(f"ix_{table}_deleted_at"), table, ["deleted_at"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(op.f(f"ix_{table}_deleted_at"), table)
        op.drop_column(table, "deleted_by")
        op.drop_column(table, "deleted_at")
