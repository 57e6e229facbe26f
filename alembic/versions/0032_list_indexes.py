"""indexes that hold what the list of runs, the pace of a suite and the queue are found by, in their order

Revision ID: 0032
Revises: 0031
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CHANGED = {
    "ix_run_listed": ("run", ["deleted_at", "archived_at"], ["created_at"]),
    "ix_run_suite": ("run", ["suite"], ["id", "status", "record_sha256"]),
    "ix_job_queue": ("job", ["status", "run_id", "queued_at", "id"], ["kind"]),
}
"""By name: the table, the columns it had, and those that are added."""


def upgrade() -> None:
    for name, (table, before, added) in _CHANGED.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [*before, *added])


def downgrade() -> None:
    for name, (table, before, _) in _CHANGED.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, before)
