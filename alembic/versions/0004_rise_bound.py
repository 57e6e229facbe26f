"""the bound of the trend that criterion H saw"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("plateau") as batch_op:
        batch_op.add_column(sa.Column("rise_bound", sa.Float(precision=53), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plateau") as batch_op:
        batch_op.drop_column("rise_bound")
