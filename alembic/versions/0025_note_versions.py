"""versions of notes, and notes of experiments

Revision ID: 0025
Revises: 0024
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("experiment", sa.Column("notes", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "note_version",
        sa.Column("id", _ID, nullable=False),
        *_reference("run"),
        *_reference("experiment"),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_version")),
    )
    for target in ("run", "experiment"):
        op.create_index(op.f(f"ix_note_version_{target}_id"), "note_version", [f"{target}_id"])


def downgrade() -> None:
    op.drop_table("note_version")
    op.drop_column("experiment", "notes")


def _reference(target: str) -> tuple[sa.schema.SchemaItem, ...]:
    column, name = f"{target}_id", op.f(f"fk_note_version_{target}_id_{target}")
    return (
        sa.Column(column, _ID, nullable=True),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE"),
    )
