"""the deadline of a gate

Revision ID: 0017
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIMES = ("deadline_at", "reminded_at")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("gate", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_gate_deadline_at"), "gate", ["deadline_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gate_deadline_at"), "gate")
    for name in _TIMES:
        op.drop_column("gate", name)
