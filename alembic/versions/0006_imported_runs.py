"""which record a run was imported from"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("record_sha256", sa.String(), nullable=True))
    op.create_index(op.f("ix_run_record_sha256"), "run", ["record_sha256"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_run_record_sha256"), table_name="run")
    op.drop_column("run", "record_sha256")
