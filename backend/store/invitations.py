"""Invitations: links with which one person each makes an account."""

from datetime import timedelta

from sqlmodel import Session, col, select

from gsl.backend.db.account_models import Account, Invitation
from gsl.backend.db.columns import now
from gsl.backend.errors import ForbiddenError, NotFoundError
from gsl.backend.store import accounts
from gsl.backend.store.credentials import new_secret, sha256
from gsl.protocol.api import Role

_ASK = "Ask an admin for another one."


def create(session: Session, role: Role, note: str, days: int, created_by: str) -> tuple[Invitation, str]:
    """The row, and the secret that the link ends with, which is stored nowhere."""
    secret, ends = new_secret(), now() + timedelta(days=days)
    row = Invitation(secret_sha256=sha256(secret), role=role, note=note, created_by=created_by, expires_at=ends)
    session.add(row)
    session.flush()
    return row, secret


def listed(session: Session) -> list[Invitation]:
    """Newest first."""
    return list(session.exec(select(Invitation).order_by(col(Invitation.id).desc()).limit(200)))


def revoke(session: Session, invitation_id: int) -> None:
    """Raises `NotFoundError`."""
    row = session.get(Invitation, invitation_id)
    if row is None:
        raise NotFoundError.of("invitation", invitation_id)
    row.revoked_at = row.revoked_at or now()


def check(session: Session, secret: str) -> Invitation:
    """The invitation, locked. Raises `ForbiddenError` if its link does not count (any more)."""
    query = select(Invitation).where(Invitation.secret_sha256 == sha256(secret)).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise ForbiddenError(f"This invitation is not known here. {_ASK}")
    if row.used_at is not None:
        raise ForbiddenError(f"This invitation has been used already, by {row.used_by}. {_ASK}")
    if row.revoked_at is not None:
        raise ForbiddenError(f"This invitation was revoked. {_ASK}")
    if row.expires_at < now():
        raise ForbiddenError(f"This invitation expired on {row.expires_at:%Y-%m-%d}. {_ASK}")
    return row


def accept(session: Session, secret: str, name: str, email: str | None, password_hash: str) -> Account:
    """Makes the account. Raises `ForbiddenError` as `check` does, `ConflictError` if the name is taken."""
    row = check(session, secret)
    account = accounts.create(session, name, row.role, email=email, password_hash=password_hash)  # type: ignore[arg-type]  # a stored Role
    row.used_at, row.used_by = now(), name
    return account
