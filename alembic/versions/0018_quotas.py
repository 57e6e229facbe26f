"""quotas of accounts and projects

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SUBJECTS = ("account", "project")


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(f"{name}_id", _ID, nullable=True) for name in _SUBJECTS),
        sa.Column("running_jobs", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("steps_a_day", "storage_bytes")),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"], [f"{name}.id"], name=op.f(f"fk_quota_{name}_id"), ondelete="CASCADE"
            )
            for name in _SUBJECTS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
    )
    for name in _SUBJECTS:
        op.create_index(op.f(f"ix_quota_{name}_id"), "quota", [f"{name}_id"], unique=True)


def downgrade() -> None:
    op.drop_table("quota")
