"""links that decide a gate, and links that show a run or an experiment

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = {"approval_link": ("gate_id", "webhook_id"), "share_link": ("run_id", "experiment_id")}


def upgrade() -> None:
    op.add_column("webhook", sa.Column("approval_links", sa.Boolean(), nullable=False, server_default=sa.false()))
    _create("approval_link", *_reference("approval_link", "gate"), *_reference("approval_link", "webhook", True),
            _time("expires_at"), _time("used_at", True))  # fmt: skip
    _create("share_link", *_reference("share_link", "run", True), *_reference("share_link", "experiment", True),
            sa.Column("note", sa.String(), nullable=False), _time("expires_at", True),
            _time("last_used_at", True))  # fmt: skip


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("webhook", "approval_links")


def _create(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False),
        *columns,
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        _time("created_at"),
        _time("revoked_at", True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_secret_sha256"), table, ["secret_sha256"], unique=True)
    for column in _TABLES[table]:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _reference(table: str, target: str, nullable: bool = False) -> tuple[sa.schema.SchemaItem, ...]:
    column = f"{target}_id"
    name = op.f(f"fk_{table}_{column}")
    return (
        sa.Column(column, _ID, nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE"),
    )


def _time(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
