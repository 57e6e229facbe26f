"""Tokens, people, invitations, the audit and webhooks. Secrets are in the answer to what makes them alone."""

from collections.abc import Sequence

from gsl.client import models
from gsl.client.endpoints import Conversation, Pages, Request, ask, endpoint, listed, paged, post, send
from gsl.protocol.api import Role, TokenScope, WebhookEvent, WebhookFormat


def _done(method: str, path: str) -> Conversation[None]:
    """Asks for something whose answer is empty."""
    yield from ask(Request(method, path))


class AccountCalls:
    """What the clients can do with their own account, and as an admin with those of others."""

    @endpoint
    def tokens(self) -> Conversation[list[models.Token]]:
        return listed(models.Token, "/account/tokens")

    @endpoint
    def create_token(
        self, name: str, scope: TokenScope = "write", days: int | None = 90
    ) -> Conversation[models.TokenCreated]:
        """A token for scripts. A token cannot make one: it takes the owner's, or signing in on the page."""
        return post(models.TokenCreated, "/account/tokens", {"name": name, "scope": scope, "days": days})

    @endpoint
    def revoke_token(self, token_id: int) -> Conversation[None]:
        return _done("DELETE", f"/account/tokens/{token_id}")

    @endpoint
    def worker_tokens(self) -> Conversation[list[models.WorkerToken]]:
        return listed(models.WorkerToken, "/worker-tokens")

    @endpoint
    def create_worker_token(self, name: str) -> Conversation[models.WorkerTokenCreated]:
        """`name` is the machine whose workers will use it."""
        return post(models.WorkerTokenCreated, "/worker-tokens", {"name": name})

    @endpoint
    def revoke_worker_token(self, token_id: int) -> Conversation[None]:
        return _done("DELETE", f"/worker-tokens/{token_id}")


class PeopleCalls:
    """What admins can do with accounts and webhooks."""

    @endpoint
    def people(self) -> Conversation[list[models.Person]]:
        return listed(models.Person, "/people")

    @endpoint
    def update_person(
        self, name: str, role: Role | None = None, disabled: bool | None = None
    ) -> Conversation[models.Person]:
        """What is None stays as it is."""
        return send(models.Person, "PATCH", f"/people/{name}", {"role": role, "disabled": disabled})

    @endpoint
    def invitations(self) -> Conversation[list[models.Invitation]]:
        return listed(models.Invitation, "/invitations")

    @endpoint
    def create_invitation(
        self, role: Role = "member", note: str = "", days: int = 7
    ) -> Conversation[models.InvitationCreated]:
        """The link is the page's address followed by /invitation# and the secret."""
        return post(models.InvitationCreated, "/invitations", {"role": role, "note": note, "days": days})

    @endpoint
    def revoke_invitation(self, invitation_id: int) -> Conversation[None]:
        return _done("DELETE", f"/invitations/{invitation_id}")

    @paged
    def audit(self, who: str | None = None) -> Pages[models.AuditEntry]:
        """Who did what, newest first; of one account, if it is named."""
        return Pages(models.AuditEntry, "/audit", {"who": who})

    @endpoint
    def webhooks(self) -> Conversation[list[models.Webhook]]:
        return listed(models.Webhook, "/webhooks")

    @endpoint
    def create_webhook(
        self, url: str, events: Sequence[WebhookEvent] = (), format: WebhookFormat = "json"
    ) -> Conversation[models.WebhookCreated]:
        """`events`: all of them, unless some are named."""
        body = {"url": url, "format": format} | ({"events": list(events)} if events else {})
        return post(models.WebhookCreated, "/webhooks", body)

    @endpoint
    def delete_webhook(self, webhook_id: int) -> Conversation[None]:
        return _done("DELETE", f"/webhooks/{webhook_id}")

    @endpoint
    def test_webhook(self, webhook_id: int) -> Conversation[None]:
        """Has a test message sent; `webhooks` then says whether it was taken."""
        return _done("POST", f"/webhooks/{webhook_id}/test")
