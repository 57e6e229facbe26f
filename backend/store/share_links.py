"""Links that show one run or one experiment, without an account. They are found by their hash."""

from datetime import datetime

from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ShareLink
from gsl.backend.domain.identity import Shared
from gsl.backend.errors import NotFoundError, UnauthorizedError
from gsl.backend.store.credentials import sha256

_ASK = "Ask whoever sent it for another one."


def create(
    session: Session, shared: Shared, secret: str, created_by: str, note: str, expires_at: datetime | None
) -> ShareLink:
    row = ShareLink(secret_sha256=sha256(secret), created_by=created_by, note=note, expires_at=expires_at)
    setattr(row, shared.parameter, shared.id)
    session.add(row)
    session.flush()
    return row


def of(session: Session, shared: Shared) -> list[ShareLink]:
    """Newest first."""
    place = col(getattr(ShareLink, shared.parameter))
    query = select(ShareLink).where(place == shared.id)
    return list(session.exec(query.order_by(col(ShareLink.id).desc()).limit(200)))


def find(session: Session, secret: str) -> ShareLink | None:
    return session.exec(select(ShareLink).where(ShareLink.secret_sha256 == sha256(secret))).first()


def get(session: Session, link_id: int) -> ShareLink:
    """Raises `NotFoundError`."""
    row = session.get(ShareLink, link_id)
    if row is None:
        raise NotFoundError.of("link", link_id)
    return row


def check(row: ShareLink) -> Shared:
    """What it shows. Raises `UnauthorizedError` if it does not count (any more)."""
    if row.revoked_at is not None:
        raise UnauthorizedError(f"This link was revoked. {_ASK}")
    if row.expires_at is not None and row.expires_at < now():
        raise UnauthorizedError(f"This link expired on {row.expires_at:%Y-%m-%d}. {_ASK}")
    return shared_of(row)


def shared_of(row: ShareLink) -> Shared:
    if row.run_id is not None:
        return Shared("run_id", row.run_id)
    return Shared("experiment_id", row.experiment_id or 0)
