"""Links with which a gate is decided once, without an account. They are found by their hash."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ApprovalLink
from gsl.backend.db.models import Gate
from gsl.backend.errors import NotFoundError, UnauthorizedError
from gsl.backend.store.credentials import sha256

LASTS = timedelta(hours=24)
_ASK = "Ask for another one, or decide on the run's page."


def create(
    session: Session, gate_id: int, secret: str, created_by: str, expires_at: datetime, webhook_id: int | None = None
) -> ApprovalLink:
    row = ApprovalLink(
        gate_id=gate_id, secret_sha256=sha256(secret), created_by=created_by, expires_at=expires_at,
        webhook_id=webhook_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def find(session: Session, secret: str) -> ApprovalLink | None:
    return session.exec(select(ApprovalLink).where(ApprovalLink.secret_sha256 == sha256(secret))).first()


def of_run(session: Session, run_id: int) -> list[ApprovalLink]:
    """Newest first."""
    query = select(ApprovalLink).join(Gate).where(Gate.run_id == run_id)
    return list(session.exec(query.order_by(col(ApprovalLink.id).desc()).limit(200)))


def get(session: Session, link_id: int) -> ApprovalLink:
    """In its current state. Raises `NotFoundError`."""
    row = session.get(ApprovalLink, link_id, populate_existing=True)
    if row is None:
        raise NotFoundError.of("approval link", link_id)
    return row


def check(session: Session, row: ApprovalLink) -> Gate:
    """The gate that it decides. Raises `UnauthorizedError` if it does not count (any more)."""
    gate = session.get_one(Gate, row.gate_id)
    if row.used_at is not None:
        raise UnauthorizedError(f"This link was used on {row.used_at:%Y-%m-%d %H:%M} UTC, and it works once. {_ASK}")
    if row.revoked_at is not None:
        raise UnauthorizedError(f"This link was revoked. {_ASK}")
    if gate.status != "open":
        raise UnauthorizedError(f"This link has ended: the gate was {gate.status} by {gate.decided_by}.")
    if row.expires_at < now():
        raise UnauthorizedError(f"This link expired on {row.expires_at:%Y-%m-%d %H:%M} UTC. {_ASK}")
    return gate
