"""Webhooks and their outbox.

A message is written in the transaction of what it tells of, and stays until it is delivered: it survives every restart,
and nothing is told that did not happen. Times of tries are set by `services.deliveries`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, delete, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Run
from gsl.backend.db.webhook_models import Webhook, WebhookMessage
from gsl.backend.domain.webhook_messages import new_secret, target
from gsl.backend.errors import ConflictError, NotFoundError
from gsl.protocol.api import AtDeadline, WebhookCreate, WebhookCreated, WebhookEvent, WebhookPublic

MOST_WEBHOOKS = 50


def tell(session: Session, event: WebhookEvent, run: Run, message: str = "", **more: Any) -> None:
    """A message about the run for each webhook that wants this kind of event."""
    facts = {"run_id": run.id, "run_name": run.name, "experiment_id": run.experiment_id, "status": run.status}
    data = {**facts, "message": message[:2000], **more}
    staying = select(Webhook).with_for_update(read=True, key_share=True)  # whoever deletes one waits, or was before us
    for webhook in session.exec(staying):
        if event in webhook.events:
            _put(session, webhook, event, data)


def tell_of_gate(session: Session, run: Run, gate: Gate, at_deadline: AtDeadline, message: str) -> None:
    """That the gate waits for a person, and what happens if nobody decides in time."""
    deadline = None if gate.deadline_at is None else gate.deadline_at.isoformat(timespec="seconds")
    then = None if deadline is None else at_deadline
    tell(session, "approval.needed", run, message, gate_id=gate.id, deadline=deadline, at_deadline=then)


def _put(session: Session, webhook: Webhook, event: str, data: dict[str, Any]) -> None:
    assert webhook.id is not None
    session.add(WebhookMessage(webhook_id=webhook.id, key=f"msg_{uuid4().hex}", event=event, data=data))


def create(session: Session, body: WebhookCreate) -> WebhookCreated:
    """Raises `ConflictError` if there are `MOST_WEBHOOKS` already."""
    if session.exec(select(func.count()).select_from(Webhook)).one() >= MOST_WEBHOOKS:
        raise ConflictError(f"There are {MOST_WEBHOOKS} webhooks already; delete one first.")
    webhook = Webhook(**body.model_dump(), secret=new_secret())
    webhook.events = list(dict.fromkeys(body.events))
    session.add(webhook)
    session.flush()
    return WebhookCreated(**_public(webhook, 0).model_dump(), secret=webhook.secret)


def get(session: Session, webhook_id: int) -> Webhook:
    """Raises `NotFoundError`."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFoundError.of("webhook", webhook_id)
    return webhook


def listed(session: Session) -> list[WebhookPublic]:
    """Oldest first."""
    waiting = select(func.count()).where(WebhookMessage.webhook_id == Webhook.id).scalar_subquery()
    return [_public(*row) for row in session.exec(select(Webhook, waiting).order_by(col(Webhook.id)))]


def remove(session: Session, webhook_id: int) -> None:
    """With the messages that it has not received. Raises `NotFoundError`."""
    session.delete(get(session, webhook_id))


def put_test(session: Session, webhook_id: int) -> None:
    """A message that tells of nothing. Raises `NotFoundError`."""
    _put(session, get(session, webhook_id), "test", {})


def due(session: Session) -> Sequence[int]:
    """Webhooks that have a message to receive now, and to which no process is delivering."""
    free = or_(col(Webhook.claimed_until).is_(None), col(Webhook.claimed_until) < now())
    waiting = select(WebhookMessage.webhook_id).where(col(WebhookMessage.next_at) <= now())
    return [each for each in session.exec(select(Webhook.id).where(free, col(Webhook.id).in_(waiting))) if each]


def claim(session: Session, webhook_id: int, until: datetime, mine: datetime | None = None) -> bool:
    """Take the webhook for this process alone, or keep it: `mine` is until when this process had it."""
    free = or_(col(Webhook.claimed_until).is_(None), col(Webhook.claimed_until) < now())
    held = free if mine is None else col(Webhook.claimed_until) == mine
    claimed = update(Webhook).where(col(Webhook.id) == webhook_id, held).values(claimed_until=until)
    return bool(session.execute(claimed).rowcount)  # type: ignore[attr-defined]  # a cursor's result


def release(session: Session, webhook_id: int, mine: datetime) -> None:
    """Unless another process has it by now."""
    ours = (col(Webhook.id) == webhook_id, col(Webhook.claimed_until) == mine)
    session.execute(update(Webhook).where(*ours).values(claimed_until=None))


def next_message(session: Session, webhook_id: int) -> tuple[Webhook, WebhookMessage] | None:
    """The oldest message whose time has come."""
    query = select(Webhook, WebhookMessage).join(WebhookMessage, col(WebhookMessage.webhook_id) == Webhook.id)
    mine = query.where(Webhook.id == webhook_id, col(WebhookMessage.next_at) <= now())
    return session.exec(mine.order_by(col(WebhookMessage.id)).limit(1)).first()


def delivered(session: Session, webhook_id: int, message_id: int) -> None:
    session.execute(update(Webhook).where(col(Webhook.id) == webhook_id).values(delivered_at=now(), error=None))
    session.execute(delete(WebhookMessage).where(col(WebhookMessage.id) == message_id))


def failed(session: Session, webhook_id: int, message_id: int, error: str, next_at: datetime | None) -> None:
    """To be tried again at `next_at`, or given up."""
    session.execute(update(Webhook).where(col(Webhook.id) == webhook_id).values(error=error))
    mine = col(WebhookMessage.id) == message_id
    if next_at is None:
        session.execute(delete(WebhookMessage).where(mine))
    else:
        session.execute(update(WebhookMessage).where(mine).values(next_at=next_at, tries=col(WebhookMessage.tries) + 1))


def _public(webhook: Webhook, waiting: int) -> WebhookPublic:
    fields = webhook.model_dump(include=set(WebhookPublic.model_fields))
    return WebhookPublic(**fields, target=target(webhook.url), waiting=waiting)
