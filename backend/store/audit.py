"""The audit: who did what to what, in the same transaction as the deed."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.account_models import AuditEntry
from gsl.protocol.api import AuditEntryPublic, Page

_SUBJECT = "audit_subject"


def add(session: Session, who: str, what: str, subject: str = "", detail: str = "") -> None:
    session.add(AuditEntry(who=who, what=what, subject=subject[:200], detail=detail[:2000]))


def about(session: Session, subject: str, detail: str = "") -> None:
    """Names what this transaction is about where the address does not: what it has made."""
    session.info[_SUBJECT] = subject, detail


def named(session: Session) -> tuple[str, str] | None:
    """What `about` was told."""
    found: tuple[str, str] | None = session.info.get(_SUBJECT)
    return found


def page(session: Session, who: str | None, limit: int, offset: int) -> Page[AuditEntryPublic]:
    """Newest first."""
    mine = [] if who is None else [col(AuditEntry.who) == who]
    rows = session.exec(select(AuditEntry).where(*mine).order_by(col(AuditEntry.id).desc()).limit(limit).offset(offset))
    total = session.exec(select(func.count()).select_from(AuditEntry).where(*mine)).one()
    return Page(items=[AuditEntryPublic.model_validate(row) for row in rows], total=total, limit=limit, offset=offset)
