"""labels of workers, and the label that a run asks for

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("run", sa.Column("worker_label", sa.String(), nullable=False, server_default=""))
    op.add_column("worker", sa.Column("labels", _JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("worker", "labels")
    op.drop_column("run", "worker_label")
