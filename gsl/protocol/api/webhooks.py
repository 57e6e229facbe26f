"""Webhooks: addresses that are told what happens."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gsl.protocol.api.base import Answer, Request, example

WebhookEvent = Literal["approval.needed", "run.ended", "run.failed", "worker.lost"]
WebhookFormat = Literal["json", "slack"]


def _address(url: str) -> str:
    advice = "must be a URL like https://chat.example.org/hooks/1: http or https, without a user or fragment"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(advice) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not url.isascii():
        raise ValueError(advice)
    if "@" in parts.netloc or parts.fragment or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise ValueError(advice)
    return url


class WebhookCreate(Request):
    model_config = Request.model_config | example({"url": "https://chat.example.org/hooks/1", "format": "slack"})

    url: Annotated[str, AfterValidator(_address)] = Field(
        max_length=2000, description="Where messages are posted. It may be a secret, so it is not shown again."
    )
    events: tuple[WebhookEvent, ...] = Field(
        ("approval.needed", "run.ended", "run.failed", "worker.lost"), min_length=1, max_length=10
    )
    format: WebhookFormat = Field(
        "json", description="`slack`: one line of text, as Slack, Mattermost and others take it."
    )
    approval_links: bool = Field(
        False,
        description="Whether `approval.needed` carries a link that decides once, without an account: everyone who "
        "reads the messages may then approve.",
    )


class WebhookPublic(Answer):
    id: int
    target: str = Field(description="Scheme, host and port of its URL.")
    events: tuple[WebhookEvent, ...]
    format: WebhookFormat
    approval_links: bool
    created_at: datetime
    waiting: int = Field(description="Messages that it has not received yet.")
    delivered_at: datetime | None = Field(description="When it last received one.")
    error: str | None = Field(description="Why the last try failed; null if it succeeded.")


class WebhookCreated(WebhookPublic):
    secret: str = Field(description="Signs every message. It is shown only now.")
