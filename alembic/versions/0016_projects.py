"""projects, their members, and what belongs to them

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_OWNED = ("run", "experiment")


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "description", "owner")),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_name"), "project", ["name"], unique=True)
    op.create_table(
        "project_member",
        *(sa.Column(name, _ID, nullable=False) for name in ("project_id", "account_id")),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{target}_id"], [f"{target}.id"], name=op.f(f"fk_project_member_{target}_id"), ondelete="CASCADE"
            )
            for target in ("project", "account")
        ),
        sa.PrimaryKeyConstraint("project_id", "account_id", name=op.f("pk_project_member")),
    )
    op.create_index(op.f("ix_project_member_account_id"), "project_member", ["account_id"])
    for table in (*_OWNED, "api_token"):
        op.add_column(table, sa.Column("project_id", _ID, nullable=True))
    for table in _OWNED:
        op.create_index(op.f(f"ix_{table}_project_id"), table, ["project_id"])


def downgrade() -> None:
    for table in _OWNED:
        op.drop_index(op.f(f"ix_{table}_project_id"), table)
    for table in (*_OWNED, "api_token"):
        op.drop_column(table, "project_id")
    op.drop_table("project_member")
    op.drop_table("project")
