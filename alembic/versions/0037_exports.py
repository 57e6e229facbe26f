"""how far runs have been exported for other tools

Revision ID: 0037
Revises: 0035
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0037"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("run", sa.Column("exporters", _JSON, nullable=True))
    chosen = sa.text("exporters IS NOT NULL")
    op.create_index("ix_run_exporters", "run", ["id"], sqlite_where=chosen, postgresql_where=chosen)
    op.create_table(
        "run_export",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("exporter", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("exported_at", _TIME, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("claimed_until", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_run_export_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "exporter", name="pk_run_export"),
    )
    op.create_table(
        "export_cursor",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("exporter", sa.String(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rewound_to", sa.Integer(), nullable=True),
        sa.Column("rewinds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_export_cursor_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "exporter", name="pk_export_cursor"),
    )


def downgrade() -> None:
    op.drop_table("export_cursor")
    op.drop_table("run_export")
    op.drop_index("ix_run_exporters", "run")
    op.drop_column("run", "exporters")
