"""sweeps, their trials, and the experiments of their results

Revision ID: 0027
Revises: 0026
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _sweep()
    _trial()
    op.create_table(
        "sweep_result",
        *(sa.Column(name, _ID, nullable=False) for name in ("experiment_id", "sweep_id")),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("seeds", _JSON, nullable=False),
        _reference("sweep_result", "experiment_id", "experiment.id"),
        _reference("sweep_result", "sweep_id", "sweep.experiment_id"),
        sa.PrimaryKeyConstraint("experiment_id", name=op.f("pk_sweep_result")),
    )
    op.create_index(op.f("ix_sweep_result_sweep_id"), "sweep_result", ["sweep_id"])


def _sweep() -> None:
    op.create_table(
        "sweep",
        sa.Column("experiment_id", _ID, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("preset", sa.String(), nullable=True),
        *(sa.Column(name, _JSON, nullable=False) for name in ("settings", "config", "tags")),
        sa.Column("priority", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("worker_label", "status", "message")),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        _reference("sweep", "experiment_id", "experiment.id"),
        sa.PrimaryKeyConstraint("experiment_id", name=op.f("pk_sweep")),
    )
    op.create_index(op.f("ix_sweep_status"), "sweep", ["status"])


def _trial() -> None:
    op.create_table(
        "trial",
        sa.Column("experiment_id", _ID, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("number", "seed", "checked")),
        sa.Column("run_id", _ID, nullable=True),
        *(sa.Column(name, _JSON, nullable=False) for name in ("params", "points", "attributes")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "reason")),
        sa.Column("value", sa.Float(53), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        _reference("trial", "experiment_id", "sweep.experiment_id"),
        _reference("trial", "run_id", "run.id", "SET NULL"),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_trial")),
    )
    op.create_index(op.f("ix_trial_run_id"), "trial", ["run_id"])


def _reference(table: str, column: str, target: str, on_delete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def downgrade() -> None:
    for table in ("sweep_result", "trial", "sweep"):
        op.drop_table(table)
