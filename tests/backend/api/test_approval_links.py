"""Links that decide a gate: once, without an account, and nothing else; chats that open them decide nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ApprovalLink
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import bearer, token


def made(api: ApiDriver, run: int, **body: Any) -> Any:
    return api.post(f"/runs/{run}/gate/links", body, 201)


def opened(api: ApiDriver, link: Any, status: int = 200) -> Any:
    return api.ask("GET", "/approval", status, headers=bearer(link["secret"]))


def decide(api: ApiDriver, link: Any, action: str = "approve", status: int = 200) -> Any:
    return api.ask("POST", "/approval", status, json={"action": action}, headers=bearer(link["secret"]))


def changed(services: Services, **fields: object) -> None:
    with services.database.write() as session:
        session.exec(select(ApprovalLink)).one().sqlmodel_update(fields)


def test_a_link_shows_the_gate_and_decides_it_once(api: ApiDriver, services: Services) -> None:
    run = api.at_the_gate(name="on the phone")
    ada = token(services, "ada", "member")
    link = api.ask("POST", f"/runs/{run}/gate/links", 201, json={}, headers=ada)
    assert link["url"].endswith(f"/approve#{link['secret']}")
    for _ in range(2):
        shown = opened(api, link)
        assert (shown["run_name"], shown["made_by"], shown["gate"]["status"]) == ("on the phone", "ada", "open")
        assert len(shown["gate"]["evidence"]["variations"]) == 4
    assert decide(api, link)["decided_by"] == "link made by ada"
    assert api.get(f"/runs/{run}")["status"] == "specialists"
    assert "works once" in decide(api, link, "stop", 401)["detail"]
    entries = [(entry["who"], entry["what"], entry["subject"]) for entry in api.get("/audit")["items"]]
    assert entries[:2] == [
        ("link made by ada", "approve gate", f"run {run}"),
        ("ada", "create approval link", f"run {run}"),
    ]
    with services.database.read() as session:
        assert link["secret"] not in str(session.exec(select(ApprovalLink)).one())


@ON_SQLITE
@pytest.mark.parametrize(("action", "status"), [("continue", "generalist"), ("stop", "succeeded")])
def test_a_link_can_also_reject(api: ApiDriver, action: str, status: str) -> None:
    run = api.at_the_gate()
    assert decide(api, made(api, run), action)["action"] == action
    assert api.get(f"/runs/{run}")["status"] == status


@ON_SQLITE
def test_a_link_expires_and_is_revoked(api: ApiDriver, services: Services) -> None:
    run = api.at_the_gate()
    link = made(api, run, hours=2)
    changed(services, expires_at=now() - timedelta(seconds=1))
    assert "expired" in opened(api, link, 401)["detail"]
    changed(services, expires_at=now() + timedelta(hours=1))
    opened(api, link)
    api.ask("DELETE", f"/approval-links/{link['id']}", 204)
    assert "was revoked" in decide(api, link, status=401)["detail"]
    assert [row["revoked_at"] is None for row in api.get(f"/runs/{run}/gate/links")] == [False]
    api.ask("DELETE", "/approval-links/999", 404)


@ON_SQLITE
def test_a_link_ends_with_its_gate_and_with_its_maker(api: ApiDriver, services: Services) -> None:
    run, other = api.at_the_gate(), api.at_the_gate()
    link = made(api, run)
    theirs = api.ask("POST", f"/runs/{other}/gate/links", 201, json={}, headers=token(services, "max", "member"))
    api.post(f"/runs/{run}/gate/approve", {})
    assert "approved by owner" in opened(api, link, 401)["detail"]
    api.post(f"/runs/{run}/gate/links", {}, 409)
    with services.database.write() as session:
        session.exec(select(Account).where(Account.name == "max")).one().disabled = True
    assert "max" in opened(api, theirs, 401)["detail"]


@ON_SQLITE
def test_a_foreign_link_and_wrong_requests_are_explained(api: ApiDriver) -> None:
    run = api.at_the_gate()
    assert "not known here" in opened(api, {"secret": "gsla_of-another-server"}, 401)["detail"]
    assert api.post(f"/runs/{run}/gate/links", {"hours": 0}, 422)["errors"][0]["field"] == "hours"
    link = made(api, run)
    assert decide(api, link, "launch", 422)["errors"][0]["field"] == "action"
    for path in ("/runs", f"/runs/{run}", "/shared", "/stream"):
        assert "decides one gate" in api.ask("GET", path, 403, headers=bearer(link["secret"]))["detail"]
    assert "for links alone" in api.ask("GET", "/approval", 403)["detail"]
    opened(api, link)
