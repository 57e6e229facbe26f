"""Webhooks, and the outbox of the messages that they have not received yet."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import added_flag_column, identity, json_column, reference, time_column


class Webhook(SQLModel, table=True):
    """An address that is told of some kinds of events."""

    id: int | None = identity()
    url: str  # may contain a secret, so it is not shown
    secret: str  # signs messages, so it is stored as it is
    format: str
    events: list[str] = json_column()
    approval_links: bool = added_flag_column()  # whether messages carry links that decide
    created_at: datetime = time_column()
    # One process at a time delivers to it; the claim of one that died runs out.
    claimed_until: datetime | None = time_column(nullable=True)
    # The last try
    delivered_at: datetime | None = time_column(nullable=True)
    error: str | None = None  # of the last try; null after a delivery


class WebhookMessage(SQLModel, table=True):
    """A message until it is delivered or given up; `key` stays the same however often it is sent."""

    __tablename__ = "webhook_message"

    id: int | None = identity()
    webhook_id: int = reference("webhook.id", index=True)
    key: str = Field(unique=True)
    event: str  # WebhookEvent, or "test"
    data: dict[str, Any] = json_column()
    tries: int = 0
    # When it was written, and when it may be sent: at once, later after each try
    created_at: datetime = time_column()
    next_at: datetime = time_column(index=True)
