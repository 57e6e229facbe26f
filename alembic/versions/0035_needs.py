"""what the workers of a run must be able to run: its suite, or a trainer of somebody's own

Revision ID: 0035
Revises: 0034
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("needs", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE run SET needs = suite")


def downgrade() -> None:
    op.drop_column("run", "needs")
