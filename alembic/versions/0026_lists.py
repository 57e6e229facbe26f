"""what the list of runs is searched and sorted by, archived runs, and views of the list

Revision ID: 0026
Revises: 0025
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_METRICS = """
    UPDATE run SET metrics = COALESCE((
        SELECT epoch.metrics FROM job JOIN epoch ON epoch.job_id = job.id AND epoch.epoch = job.epochs
        WHERE job.run_id = run.id AND job.kind IN ('generalist', 'finetune') ORDER BY job.id DESC LIMIT 1
    ), '{}')
"""
_HELD_OUT = """
    UPDATE run SET held_out_score = (
        SELECT evaluated.success_rate FROM job JOIN evaluation_mean evaluated ON evaluated.job_id = job.id
        WHERE job.run_id = run.id AND job.kind IN ('generalist', 'finetune', 'evaluation')
        AND job.key <> 'evaluation-before' AND evaluated.source = 'held_out'
        ORDER BY job.id DESC, evaluated.epoch DESC LIMIT 1
    )
"""


def upgrade() -> None:
    op.add_column("run", sa.Column("held_out_score", sa.Float(53), nullable=True))
    op.add_column("run", sa.Column("metrics", _JSON, nullable=False, server_default="{}"))
    op.add_column("run", sa.Column("archived_at", _TIME, nullable=True))
    op.create_index("ix_run_listed", "run", ["deleted_at", "archived_at"])
    op.execute(_METRICS)
    op.execute(_HELD_OUT)
    op.create_table(
        "run_view",
        sa.Column("project_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "owner")),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        *(sa.Column(name, _TIME, nullable=False) for name in ("created_at", "updated_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_view")),
        sa.UniqueConstraint("owner", "name", name="uq_run_view_owner_name"),
    )
    op.create_index(op.f("ix_run_view_project_id"), "run_view", ["project_id"])


def downgrade() -> None:
    op.drop_table("run_view")
    op.drop_index("ix_run_listed", "run")
    for name in ("archived_at", "metrics", "held_out_score"):
        op.drop_column("run", name)
