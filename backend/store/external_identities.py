"""Who signs in through a provider, and browsers that are on their way there."""

import hmac
from datetime import timedelta

from authlib.common.security import generate_token
from sqlmodel import Session, col, delete, select

from gsl.backend.db.account_models import Account, ExternalIdentity, OidcAttempt
from gsl.backend.db.columns import now
from gsl.backend.domain.id_token import Person
from gsl.backend.errors import ConflictError, ForbiddenError, NotFoundError
from gsl.backend.store.credentials import new_secret, sha256

LASTS = timedelta(minutes=10)


def begin(session: Session, redirect_uri: str, account_id: int | None) -> tuple[OidcAttempt, str]:
    """The attempt, and the secret for the browser's cookie. Attempts that are too old are removed."""
    session.exec(delete(OidcAttempt).where(col(OidcAttempt.expires_at) < now()))
    secret = new_secret()
    row = OidcAttempt(
        account_id=account_id, secret_sha256=sha256(secret), state=generate_token(43), nonce=generate_token(43),
        code_verifier=generate_token(64), redirect_uri=redirect_uri, expires_at=now() + LASTS,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row, secret


def take(session: Session, secret: str, state: str) -> OidcAttempt:
    """The attempt of the browser that returned, which cannot return again. Raises `ForbiddenError`."""
    row = session.exec(select(OidcAttempt).where(OidcAttempt.secret_sha256 == sha256(secret)).with_for_update()).first()
    if row is None or not hmac.compare_digest(row.state.encode(), state.encode()) or row.expires_at < now():
        raise ForbiddenError("This sign-in was not begun in this browser, was finished already, or took too long.")
    session.delete(row)
    session.flush()
    return row


def account_of(session: Session, person: Person) -> Account | None:
    """Whose use of it is noted."""
    query = select(ExternalIdentity, Account).join(Account)
    row = session.exec(query.where(*_is(person))).first()
    if row is None:
        return None
    row[0].last_used_at = now()
    return row[1]


def link(session: Session, person: Person, account: Account) -> None:
    """Raises `ConflictError` if the person signs in as another account."""
    known = account_of(session, person)
    if known is not None and known.id != account.id:
        raise ConflictError(f"You sign in as {known.name} there already. Unlink that account first.")
    if known is None:
        assert account.id is not None
        session.add(ExternalIdentity(account_id=account.id, issuer=person.issuer, subject=person.subject))
        session.flush()


def of_account(session: Session, account_id: int) -> list[ExternalIdentity]:
    mine = select(ExternalIdentity).where(ExternalIdentity.account_id == account_id)
    return list(session.exec(mine.order_by(col(ExternalIdentity.id))))


def unlink(session: Session, account_id: int, identity_id: int) -> ExternalIdentity:
    """Raises `NotFoundError`, also for another account's."""
    row = session.get(ExternalIdentity, identity_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError.of("identity", identity_id)
    session.delete(row)
    return row


def _is(person: Person) -> tuple[bool, bool]:
    return ExternalIdentity.issuer == person.issuer, ExternalIdentity.subject == person.subject
