"""steps of measurements apart from what counts, and how whole each evaluation was"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Not in batch: SQLite would copy the table and drop the old one, and with it, by its foreign keys, all its rows.
    for table in ("run", "job"):
        op.add_column(table, sa.Column("measurement_steps", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "evaluation",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=True),
        sa.Column("rounds_asked", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_evaluation_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "epoch", name=op.f("pk_evaluation")),
    )


def downgrade() -> None:
    op.drop_table("evaluation")
    for table in ("job", "run"):
        op.drop_column(table, "measurement_steps")
