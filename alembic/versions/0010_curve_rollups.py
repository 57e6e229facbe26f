"""rollups that curves are drawn from

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "evaluation_mean",
        _job(),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("variations", sa.Integer(), nullable=False),
        *_means(),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_evaluation_mean_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "source", "epoch", name=op.f("pk_evaluation_mean")),
    )
    op.create_table(
        "epoch_stretch",
        _job(),
        sa.Column("stretch", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("job_steps", sa.BigInteger(), nullable=False),
        *_means(),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_epoch_stretch_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "stretch", name=op.f("pk_epoch_stretch")),
    )
    op.execute(
        "INSERT INTO evaluation_mean SELECT job_id, source, epoch, COUNT(*), AVG(mean_return), AVG(success_rate) "
        "FROM variation_return WHERE source IN ('evaluation', 'held_out') GROUP BY job_id, source, epoch"
    )
    op.execute(
        "INSERT INTO epoch_stretch SELECT job_id, (epoch - 1) / 16, MAX(epoch), MAX(job_steps), AVG(mean_return), "
        "AVG(success_rate) FROM epoch GROUP BY job_id, (epoch - 1) / 16"
    )


def downgrade() -> None:
    op.drop_table("epoch_stretch")
    op.drop_table("evaluation_mean")


def _job() -> sa.Column[int]:
    return sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _means() -> tuple[sa.Column[float], ...]:
    return tuple(sa.Column(name, sa.Float(precision=53), nullable=True) for name in ("mean_return", "success_rate"))
