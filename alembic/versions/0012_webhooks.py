"""webhooks and their outbox

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("url", "secret", "format")),
        sa.Column("events", _JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        *(sa.Column(name, _TIME, nullable=True) for name in ("claimed_until", "delivered_at")),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_message",
        sa.Column("id", _ID, nullable=False),
        sa.Column("webhook_id", _ID, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "event")),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, _TIME, nullable=False) for name in ("created_at", "next_at")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_message_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_message")),
        sa.UniqueConstraint("key", name=op.f("uq_webhook_message_key")),
    )
    for column in ("next_at", "webhook_id"):
        op.create_index(op.f(f"ix_webhook_message_{column}"), "webhook_message", [column])


def downgrade() -> None:
    op.drop_table("webhook_message")
    op.drop_table("webhook")
