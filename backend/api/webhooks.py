"""Webhooks: who is told of approvals that are needed, runs that end and workers that are lost."""

from typing import Annotated

from fastapi import Path

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, Reading, ServicesDep, Writing, problems, router
from gsl.backend.errors import InvalidError
from gsl.backend.outbound import OutboundError, check_address
from gsl.backend.store import audit, webhooks
from gsl.protocol.api import WebhookCreate, WebhookCreated, WebhookPublic

routes = router("webhooks")

WebhookId = Annotated[int, Path(description="Id of the webhook.", ge=1, le=MAX_ID, examples=[3])]


@routes.get("/webhooks", summary="List webhooks", responses=problems())
def list_webhooks(session: Reading, who: Who) -> list[WebhookPublic]:
    """Without their URLs and secrets, which are shown to nobody again; none for a token limited to a project."""
    if who.only_project is not None:
        return []
    return webhooks.listed(session)


@routes.post("/webhooks", status_code=201, summary="Create a webhook", responses=problems(400, 409))
def create_webhook(body: WebhookCreate, session: Writing, services: ServicesDep) -> WebhookCreated:
    """Messages are signed as Standard Webhooks has it, with the secret of this answer. 422 for an IP address that is
    private, unless the server allows it; what a name stands for is checked with each message."""
    try:
        check_address(body.url, services.settings.webhook_hosts)
    except OutboundError as error:
        raise InvalidError.field("url", str(error)) from error
    created = webhooks.create(session, body)
    audit.about(session, f"webhook {created.id}")
    return created


@routes.delete("/webhooks/{webhook_id}", status_code=204, summary="Delete a webhook", responses=problems(404))
def delete_webhook(webhook_id: WebhookId, session: Writing) -> None:
    """Messages that it has not received are dropped."""
    webhooks.remove(session, webhook_id)


@routes.post("/webhooks/{webhook_id}/test", status_code=202, summary="Test a webhook", responses=problems(404))
def test_webhook(webhook_id: WebhookId, session: Writing) -> None:
    """Sends it a message of type `test` within seconds; the list then says whether it was taken."""
    webhooks.put_test(session, webhook_id)
