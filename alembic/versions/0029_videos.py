"""videos of policies, and the suites that workers can make them of

Revision ID: 0029
Revises: 0028
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("worker", sa.Column("videos", _JSON, nullable=False, server_default="[]"))
    op.add_column("worker", sa.Column("no_videos", _JSON, nullable=False, server_default="{}"))
    what = ("run_id", "checkpoint_sha256", "variation", "seed", "deterministic", "episodes")
    op.create_table(
        "video",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("run_id", _ID, sa.ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
        sa.Column("job_id", _ID, sa.ForeignKey("job.id", ondelete="CASCADE"), nullable=False),
        sa.Column("checkpoint_id", _ID, nullable=True),
        sa.Column("checkpoint_job", sa.String(), nullable=False),
        sa.Column("checkpoint_epoch", sa.Integer(), nullable=False),
        sa.Column("checkpoint_sha256", sa.String(64), nullable=False),
        sa.Column("variation", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("deterministic", sa.Boolean(), nullable=False),
        sa.Column("episodes", sa.Integer(), nullable=False),
        sa.Column("watched", _JSON, nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(*what, name="uq_video_what"),
        sa.UniqueConstraint("job_id", name="uq_video_job_id"),
    )
    op.create_index("ix_video_run_id", "video", ["run_id"])


def downgrade() -> None:
    op.drop_table("video")
    op.drop_column("worker", "no_videos")
    op.drop_column("worker", "videos")
