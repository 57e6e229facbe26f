"""arm names and baselines of runs"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Not in batch: SQLite would copy the table and drop the old one, and with it, by its foreign keys, all jobs.
    op.add_column("run", sa.Column("arm_name", sa.String(), nullable=False, server_default=""))
    op.add_column("run", sa.Column("baseline_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.execute("UPDATE run SET arm_name = arm")


def downgrade() -> None:
    op.drop_column("run", "baseline_of")
    op.drop_column("run", "arm_name")
