"""the bound of the trend that criterion H saw"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("plateau", sa.Column("rise_bound", sa.Float(precision=53), nullable=True))


def downgrade() -> None:
    op.drop_column("plateau", "rise_bound")
