"""What proves who sends a request: browsers' sessions, personal tokens, worker tokens. They are found by their hash."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, delete, select

from gsl.backend.db.account_models import Account, ApiToken, BrowserSession, WorkerToken
from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ShareLink
from gsl.backend.errors import NotFoundError
from gsl.protocol.api import TokenScope

Used = TypeVar("Used", BrowserSession, ApiToken, WorkerToken, ShareLink)
SESSION_LASTS = timedelta(days=30)
PERSONAL, FOR_WORKERS = "gslp_", "gslw_"
"""How tokens begin, so that one that leaked is recognised, by people and by programs that look for secrets."""
_NOTED_EVERY = timedelta(minutes=10)


def new_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(session: Session, account: Account) -> str:
    """Signs a browser in; returns the secret for its cookie. Sessions that have ended are removed."""
    assert account.id is not None
    session.exec(delete(BrowserSession).where(col(BrowserSession.expires_at) < now()))
    secret = new_secret()
    ends = now() + SESSION_LASTS
    session.add(BrowserSession(account_id=account.id, secret_sha256=sha256(secret), expires_at=ends))
    return secret


def close_session(session: Session, session_id: int) -> None:
    session.exec(delete(BrowserSession).where(col(BrowserSession.id) == session_id))


def close_sessions(session: Session, account_id: int, but: int | None = None) -> None:
    """All of an account, except one."""
    others = (col(BrowserSession.account_id) == account_id, col(BrowserSession.id) != but)
    session.exec(delete(BrowserSession).where(*others))


def session_of(session: Session, secret: str) -> tuple[BrowserSession, Account] | None:
    query = select(BrowserSession, Account).join(Account)
    return session.exec(query.where(BrowserSession.secret_sha256 == sha256(secret))).first()


def create_token(
    session: Session, account: Account, name: str, scope: TokenScope, expires_at: datetime | None = None,
    project_id: int | None = None,
) -> tuple[ApiToken, str]:  # fmt: skip
    """The token's row, and its secret, which is stored nowhere."""
    assert account.id is not None
    secret = new_secret(PERSONAL)
    row = ApiToken(
        account_id=account.id, name=name, scope=scope, project_id=project_id, secret_sha256=sha256(secret),
        expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, secret


def create_worker_token(session: Session, name: str, created_by: str) -> tuple[WorkerToken, str]:
    """As `create_token`."""
    secret = new_secret(FOR_WORKERS)
    row = WorkerToken(name=name, secret_sha256=sha256(secret), created_by=created_by)
    session.add(row)
    session.flush()
    return row, secret


def token_of(session: Session, secret: str) -> tuple[ApiToken, Account] | None:
    query = select(ApiToken, Account).join(Account)
    return session.exec(query.where(ApiToken.secret_sha256 == sha256(secret))).first()


def tokens_of(session: Session, account_id: int) -> list[ApiToken]:
    """Newest first."""
    mine = select(ApiToken).where(ApiToken.account_id == account_id)
    return list(session.exec(mine.order_by(col(ApiToken.id).desc())))


def worker_tokens(session: Session) -> list[WorkerToken]:
    """Newest first."""
    return list(session.exec(select(WorkerToken).order_by(col(WorkerToken.id).desc())))


def revoke_token(session: Session, account_id: int, token_id: int) -> ApiToken:
    """Raises `NotFoundError`, also for another account's."""
    row = session.get(ApiToken, token_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError.of("token", token_id)
    row.revoked_at = row.revoked_at or now()
    return row


def revoke_worker_token(session: Session, token_id: int) -> WorkerToken:
    """Raises `NotFoundError`."""
    row = session.get(WorkerToken, token_id)
    if row is None:
        raise NotFoundError.of("worker token", token_id)
    row.revoked_at = row.revoked_at or now()
    return row


def worker_token_of(session: Session, secret: str) -> WorkerToken | None:
    return session.exec(select(WorkerToken).where(WorkerToken.secret_sha256 == sha256(secret))).first()


def use_is_due(last: datetime | None) -> bool:
    """Whether a use is worth a write: only every few minutes."""
    return last is None or now() - last > _NOTED_EVERY


def note_use(session: Session, kind: type[Used], row_id: int) -> None:
    row = session.get(kind, row_id)
    if row is not None:
        row.last_used_at = now()
