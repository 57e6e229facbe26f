"""Links that need no account: what they prove, and the decision that one of them makes.

A link ends with the account of whoever made it, as sessions and tokens do.
"""

import base64
import hmac

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate
from gsl.backend.db.webhook_models import Webhook, WebhookMessage
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import UnauthorizedError
from gsl.backend.services import gates as decisions
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, approval_links, audit, credentials, gates, runs, share_links
from gsl.protocol.api import ApprovalDecision, GateApprove, GateReject

APPROVAL, SHARE = "gsla_", "gsls_"
"""How their secrets begin, so that one that leaked is recognised."""
_UNKNOWN = "This link is not known here: it is of another server, or it was copied incompletely."


def by_approval_link(session: Session, secret: str) -> Identity:
    """Raises `UnauthorizedError` if it does not count (any more)."""
    row = approval_links.find(session, secret)
    if row is None:
        raise UnauthorizedError(_UNKNOWN)
    approval_links.check(session, row)
    _check_maker(session, row.created_by)
    return Identity(f"link made by {row.created_by}", "approval link", None, credential_id=row.id)


def by_share_link(session: Session, secret: str) -> tuple[Identity, bool]:
    """With whether its use is worth noting; raises as `by_approval_link`."""
    row = share_links.find(session, secret)
    if row is None:
        raise UnauthorizedError(_UNKNOWN)
    shared = share_links.check(row)
    _check_maker(session, row.created_by)
    who = Identity(f"link made by {row.created_by}", "share link", None, credential_id=row.id, shared=shared)
    return who, credentials.use_is_due(row.last_used_at)


def _check_maker(session: Session, name: str) -> None:
    account = accounts.find(session, name)
    if account is not None and (account.disabled or account.role == "viewer"):
        raise UnauthorizedError(f"This link has ended, because {name}, who made it, may not make links any more.")


def decide(services: Services, session: Session, link: Identity, body: ApprovalDecision) -> Gate:
    """Decide the link's gate, which uses the link up. Raises `UnauthorizedError` if somebody was faster."""
    row = approval_links.get(session, link.credential_id or 0)
    run = runs.locked(session, gates.get(session, row.gate_id).run_id)
    row = approval_links.get(session, link.credential_id or 0)  # as it is now that nobody else can decide
    session.refresh(approval_links.check(session, row))
    approval_links.check(session, row)
    row.used_at = now()
    if body.action == "approve":
        gate = decisions.approve(session, run, GateApprove(reason=body.reason), link.name)
    else:
        gate = decisions.reject(session, run, GateReject(action=body.action, reason=body.reason), link.name)
    deed = "approve gate" if body.action == "approve" else "reject gate"
    audit.add(session, link.name, deed, f"run {run.id}", body.reason)
    session.flush()
    services.advance(session, gate.run_id, "gate")
    return gate


def for_message(services: Services, webhook: Webhook, message: WebhookMessage) -> str | None:
    """Address of the link in a webhook's message that approval is needed; None if it wants none, or if it is too late.

    The secret follows from the message and from a token that is not in the database, so it is the same however often
    the message is sent, and is stored nowhere.
    """
    if not webhook.approval_links or "gate_id" not in message.data:
        return None
    key = services.settings.owner_token.encode()
    digest = hmac.new(key, f"approval link of {message.key}".encode(), "sha256").digest()
    secret = APPROVAL + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    with services.database.write() as session:
        row = approval_links.find(session, secret)
        if row is None and gates.get(session, message.data["gate_id"]).status == "open":
            by = f"webhook {webhook.id}"
            row = approval_links.create(
                session, message.data["gate_id"], secret, by, now() + approval_links.LASTS, webhook.id
            )
            audit.add(session, by, "create approval link", f"run {message.data['run_id']}", f"link {row.id}")
    return None if row is None else address(services, secret)


def address(services: Services, secret: str) -> str:
    """Secrets are behind the #, which browsers send to no server and chats that preview links leave out."""
    page = "approve" if secret.startswith(APPROVAL) else "shared"
    return f"{services.settings.opened_at}/{page}#{secret}"
