"""Calls about tokens, people, invitations, audit and webhooks, at a real server; and the same for coroutines."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gsl.client.api import AsyncClient
from gsl.client.errors import Refused
from tests.worker.real_api import OWNER_TOKEN, RealApi


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    folder: Path = tmp_path_factory.mktemp("server") / "data"
    with RealApi(folder) as api:
        yield api


def test_a_person_is_invited_and_comes_with_the_link(api: RealApi) -> None:
    client = api.client
    made = client.create_invitation("viewer", "Ada", days=1)
    assert [(one.id, one.note) for one in client.invitations()] == [(made.id, "Ada")]
    accepted = client._transport.request(
        "POST", "/invitations/accept", json={"secret": made.secret, "name": "ada", "password": "a long password"}
    )
    assert accepted.json()["role"] == "viewer"
    changed = client.update_person("ada", role="member")
    assert (changed.role, changed.disabled) == ("member", False)
    assert client.update_person("ada", disabled=True).disabled
    assert "ada" in [person.name for person in client.people()]
    entries = list(client.audit())
    assert {"create invitation", "accept invitation", "update person"} <= {entry.what for entry in entries}
    assert {entry.who for entry in client.audit("ada")} == {"ada"}
    with pytest.raises(Refused):
        client.revoke_invitation(999)


def test_webhooks_are_made_tested_and_deleted(api: RealApi) -> None:
    client = api.client
    made = client.create_webhook("https://chat.example.org/hooks/1", ["run.failed"], "slack")
    assert made.secret.startswith("whsec_")
    client.test_webhook(made.id)
    [listed] = client.webhooks()
    assert (listed.events, listed.format, listed.waiting) == (("run.failed",), "slack", 1)
    client.delete_webhook(made.id)
    assert client.webhooks() == []


def test_coroutines_have_the_same_calls(api: RealApi) -> None:
    async def made_and_revoked() -> list[bool]:
        async with AsyncClient(api.url, OWNER_TOKEN) as client:
            token = await client.create_token("notebook", "read", None)
            machine = await client.create_worker_token("gpu-1")
            await client.revoke_token(token.id)
            await client.revoke_worker_token(machine.id)
            tokens, machines = await client.tokens(), await client.worker_tokens()
            return [one.revoked_at is not None for one in tokens] + [one.revoked_at is not None for one in machines]

    with ThreadPoolExecutor(1) as thread:  # the browser's tests leave an event loop running in the main one
        assert thread.submit(asyncio.run, made_and_revoked()).result() == [True, True]
