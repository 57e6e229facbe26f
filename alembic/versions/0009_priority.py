"""the priority of a run's jobs, and an index of the queue"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_job_queue", "job", ["status", "run_id", "queued_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_job_queue", table_name="job")
    op.drop_column("run", "priority")
