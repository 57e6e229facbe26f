"""Who sends a request, by what it carries: a token in `Authorization`, or the cookie of a browser's session."""

import hmac
import logging
from collections.abc import Callable, Mapping

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from gsl.backend.db.account_models import Account, ApiToken, BrowserSession, WorkerToken
from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ShareLink
from gsl.backend.domain.identity import OWNER, Identity
from gsl.backend.errors import UnauthorizedError
from gsl.backend.services import links
from gsl.backend.services.app_services import Services
from gsl.backend.store import credentials, projects
from gsl.protocol.api import ProjectRole, Role

_log = logging.getLogger(__name__)
_AGAIN = "Sign in again."
_ANOTHER = "Create another one on the page Account."


def by_shared_token(services: Services, token: str) -> Identity | None:
    """The owner, the workers or Prometheus, whose tokens are settings; in constant time, without the database."""
    if _same(token, services.settings.owner_token):
        return Identity(OWNER, "owner", "admin")
    if _same(token, services.settings.worker_token):
        return Identity("worker token", "worker", None)
    metrics = services.settings.metrics.get_secret_value()
    if metrics and _same(token, metrics):
        return Identity("metrics token", "metrics", None)
    return None


def by_stored_token(services: Services, token: str) -> Identity:
    """A personal token, that of one machine's workers, or the secret of a link.

    Raises `UnauthorizedError` if it does not count (any more).
    """
    if token.startswith((links.APPROVAL, links.SHARE)):
        return _of_link(services, token)
    with services.database.read() as session:
        personal = credentials.token_of(session, token)
        machine = None if personal else credentials.worker_token_of(session, token)
        theirs = _projects(session, personal[1]) if personal else {}
    if personal is not None:
        return _of_token(services, *personal, theirs)
    if machine is not None:
        return _of_machine(services, machine)
    raise UnauthorizedError("This token is not known here: it is of another server, or it was copied incompletely.")


def by_session(services: Services, secret: str) -> Identity:
    """Raises `UnauthorizedError` if the browser is not signed in (any more)."""
    with services.database.read() as session:
        found = credentials.session_of(session, secret)
        theirs = _projects(session, found[1]) if found else {}
    if found is None or found[0].expires_at < now():
        raise UnauthorizedError(f"Your session has ended. {_AGAIN}")
    row, account = found
    _check_enabled(account)
    if credentials.use_is_due(row.last_used_at):
        _note(services, lambda session: credentials.note_use(session, BrowserSession, row.id or 0))
    role: Role = account.role  # type: ignore[assignment]  # a stored Role
    return Identity(account.name, "session", role, account.id, row.id, projects=theirs)


def _of_token(services: Services, row: ApiToken, account: Account, theirs: Mapping[int, ProjectRole]) -> Identity:
    if row.revoked_at is not None:
        raise UnauthorizedError(f"The token {row.name!r} was revoked. {_ANOTHER}")
    if row.expires_at is not None and row.expires_at < now():
        raise UnauthorizedError(f"The token {row.name!r} expired on {row.expires_at:%Y-%m-%d}. {_ANOTHER}")
    _check_enabled(account)
    if credentials.use_is_due(row.last_used_at):
        _note(services, lambda session: credentials.note_use(session, ApiToken, row.id or 0))
    full: Role = account.role  # type: ignore[assignment]  # a stored Role
    if row.project_id is not None and full != "admin" and row.project_id not in theirs:
        raise UnauthorizedError(
            f"The token {row.name!r} is limited to project {row.project_id}, of which {account.name} is no member."
        )
    only_reads = row.scope == "read"
    role: Role = "viewer" if only_reads else full
    return Identity(account.name, "token", role, account.id, row.id, full, theirs, only_reads, row.project_id)


def _projects(session: Session, account: Account) -> Mapping[int, ProjectRole]:
    """Admins need not be members."""
    return {} if account.role == "admin" else projects.memberships(session, account.id or 0)


def _of_machine(services: Services, row: WorkerToken) -> Identity:
    if row.revoked_at is not None:
        raise UnauthorizedError(f"The worker token {row.name!r} was revoked. An admin can make another one.")
    if credentials.use_is_due(row.last_used_at):
        _note(services, lambda session: credentials.note_use(session, WorkerToken, row.id or 0))
    return Identity(row.name, "worker", None, credential_id=row.id)


def _of_link(services: Services, secret: str) -> Identity:
    with services.database.read() as session:
        if secret.startswith(links.APPROVAL):
            return links.by_approval_link(session, secret)
        identity, use_is_due = links.by_share_link(session, secret)
    if use_is_due:
        _note(services, lambda session: credentials.note_use(session, ShareLink, identity.credential_id or 0))
    return identity


def _check_enabled(account: Account) -> None:
    if account.disabled:
        raise UnauthorizedError(f"The account {account.name} is disabled. Ask an admin to enable it.")


def _note(services: Services, write: Callable[[Session], None]) -> None:
    """The time of use is a service to people: a request does not fail for it."""
    try:
        with services.database.write() as session:
            write(session)
    except SQLAlchemyError as error:
        _log.warning("could not store when a credential was last used: %s", error)


def _same(shown: str, known: str) -> bool:
    return hmac.compare_digest(shown.encode(), known.encode())
