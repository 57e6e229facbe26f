"""What a webhook receives: body and signature. Pure.

Messages are signed as Standard Webhooks (https://www.standardwebhooks.com) has it: HMAC-SHA256 over id, time and body.
"""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

_PREFIX = "whsec_"
_SAID = {
    "approval.needed": "waits for approval",
    "run.ended": "has ended",
    "run.failed": "failed",
    "worker.lost": "lost a worker",
}
_THEN = {"approve": "approved as proposed", "reject": "rejected", "keep waiting": "announced again"}


@dataclass(frozen=True)
class Message:
    """One message; `key` is the same each time it is sent."""

    key: str
    event: str
    data: dict[str, Any]
    created_at: datetime
    approval_url: str | None = None
    """A link that decides, which no server stores."""

    def body(self, format: str, page: str) -> bytes:
        """As JSON, or as the text that Slack and others show. `page` is the address of the page."""
        run_id = self.data.get("run_id")
        url = f"{page}/runs/{run_id}" if run_id else page
        if format == "slack":
            decide = f" Decide: {self.approval_url}" if self.approval_url else ""
            return json.dumps({"text": f"{self._text()} {url}{decide}"}).encode()
        whole = {"id": self.key, "type": self.event, "timestamp": self.created_at.isoformat()}
        more = {"approval_url": self.approval_url} if self.approval_url else {}
        return json.dumps({**whole, "data": {**self.data, "url": url, **more}}).encode()

    def _text(self) -> str:
        if self.event == "test":
            return "GSL Lab: this is a test."
        name, detail = _escaped(str(self.data.get("run_name", ""))), _escaped(str(self.data.get("message", "")))
        said = f"Run {self.data.get('run_id')} ({name}) {_SAID[self.event]}"
        return (f"{said}: {detail}" if detail else f"{said}.") + self._deadline()

    def _deadline(self) -> str:
        """What happens if nobody decides, unless that is behind us."""
        at, then = self.data.get("deadline"), self.data.get("at_deadline")
        if at is None or datetime.fromisoformat(at) <= self.created_at:
            return ""
        return f"; {_THEN[str(then)]} at {datetime.fromisoformat(at):%Y-%m-%d %H:%M} UTC unless somebody decides"


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def headers(secret: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """Whoever has the secret can check that the message is ours, and is not an old one that somebody repeats."""
    seconds = str(int(at.timestamp()))
    signed = f"{key}.{seconds}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(_PREFIX)), signed, sha256).digest()
    return {
        "Content-Type": "application/json", "User-Agent": "GSL-Lab",
        "webhook-id": key, "webhook-timestamp": seconds, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }  # fmt: skip


def target(url: str) -> str:
    """The URL without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _escaped(text: str) -> str:
    """Slack would read these as links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
