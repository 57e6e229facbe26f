"""where a fork's generalist continues from"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("run", sa.Column("forked_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.add_column("run", sa.Column("origin", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True))
    op.create_index("ix_run_forked_from", "run", ["forked_from"])


def downgrade() -> None:
    op.drop_index("ix_run_forked_from", table_name="run")
    op.drop_column("run", "origin")
    op.drop_column("run", "forked_from")
