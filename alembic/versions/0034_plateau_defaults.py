"""settings of criterion H that are kept by name

Revision ID: 0034
Revises: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "plateau_default",
        sa.Column("project_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "owner")),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("settings", _JSON, nullable=False),
        *(sa.Column(name, _TIME, nullable=False) for name in ("created_at", "updated_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plateau_default")),
        sa.UniqueConstraint("owner", "name", name="uq_plateau_default_owner_name"),
    )
    op.create_index(op.f("ix_plateau_default_project_id"), "plateau_default", ["project_id"])


def downgrade() -> None:
    op.drop_table("plateau_default")
