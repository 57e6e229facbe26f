"""Webhooks over REST: what is shown of them, and what they cannot be."""

import json
from typing import Any

import pytest

from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE

URL = "https://chat.example.org:8443/hooks/9f3c?key=7a1e"


@ON_SQLITE
def test_urls_and_secrets_are_shown_once(api: ApiDriver) -> None:
    created: dict[str, Any] = api.post("/webhooks", {"url": URL}, 201)
    (listed,) = api.get("/webhooks")
    assert created.pop("secret").startswith("whsec_")
    assert listed == created
    assert listed["target"] == "https://chat.example.org:8443"
    assert not [secret for secret in ("9f3c", "7a1e", "whsec") if secret in json.dumps(listed)]


def test_who_added_and_deleted_it_is_audited(api: ApiDriver) -> None:
    webhook = api.post("/webhooks", {"url": URL}, 201)["id"]
    api.response("DELETE", f"/webhooks/{webhook}", 204)
    audited = api.get("/audit")["items"]
    assert [(entry["who"], entry["what"], entry["subject"]) for entry in audited] == [
        ("owner", "delete webhook", f"webhook {webhook}"),
        ("owner", "create webhook", f"webhook {webhook}"),
    ]
    assert "9f3c" not in json.dumps(audited)


@ON_SQLITE
@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org", "http://", "http://user:password@example.org/", "http://example.org/#x", "example.org",
        "http://exam ple.org", "http://example.org:0", "http://example.org:99999", "http://10.0.0.1/x", "http://[::1]/",
        "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_addresses_that_must_not_be_reached_are_refused(api: ApiDriver, url: str) -> None:
    problem = api.post("/webhooks", {"url": url}, 422)
    assert problem["errors"][0]["field"] == "url"


@ON_SQLITE
def test_what_a_webhook_cannot_be_is_named(api: ApiDriver) -> None:
    assert api.post("/webhooks", {"url": URL, "events": []}, 422)["errors"][0]["field"] == "events"
    assert api.post("/webhooks", {"url": URL, "format": "xml"}, 422)["errors"][0]["field"] == "format"
    api.ask("DELETE", "/webhooks/9", 404)
    api.ask("POST", "/webhooks/9/test", 404)
    for _ in range(50):
        api.post("/webhooks", {"url": URL}, 201)
    api.post("/webhooks", {"url": URL}, 409)
