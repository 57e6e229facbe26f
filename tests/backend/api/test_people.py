"""Passwords, invitations, accounts and tokens: what admins and people do, and what is refused with a reason."""

import json
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select

from gsl.backend.db.account_models import Invitation
from gsl.backend.db.columns import now
from gsl.backend.services.app_services import Services
from gsl.backend.services.sign_in import hashed
from gsl.backend.store import accounts
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import Header, account, bearer, browser, token

PASSWORD = "correct horse battery"
NOBODY = {"Authorization": ""}


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing as it is, but a hundred times cheaper."""
    cheaper = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr("gsl.backend.services.sign_in._hasher", cheaper)


@pytest.fixture
def ada(services: Services) -> str:
    """An admin with a password."""
    with services.database.write() as session:
        return accounts.create(session, "ada", "admin", password_hash=hashed(PASSWORD)).name


def sign_in(api: ApiDriver, name: str, password: str, status: int = 200) -> httpx.Response:
    return api.response("POST", "/session", status, json={"name": name, "password": password}, headers=NOBODY)


def cookie(answer: httpx.Response) -> Header:
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0], "Authorization": ""}


def test_a_password_opens_a_session(api: ApiDriver, ada: str) -> None:
    assert api.ask("GET", "/session", headers=NOBODY) == {"account": None, "passwords": True, "provider": None}
    answer = sign_in(api, f" {ada.upper()} ", PASSWORD)
    assert answer.json() == {"name": "ada", "role": "admin"}
    assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))
    api.client.cookies.clear()
    assert api.ask("GET", "/session", headers=cookie(answer))["account"]["name"] == "ada"


@ON_SQLITE
def test_without_a_password_nobody_is_asked_for_one(api: ApiDriver, services: Services) -> None:
    account(services, "ada", "admin")
    assert api.ask("GET", "/session", headers=NOBODY) == {"account": None, "passwords": False, "provider": None}
    sign_in(api, "ada", "", 403)


@ON_SQLITE
def test_a_wrong_password_and_an_unknown_name_are_told_alike(api: ApiDriver, services: Services, ada: str) -> None:
    said = {sign_in(api, name, word, 403).json()["detail"] for name, word in ((ada, "wrong"), ("max", PASSWORD))}
    assert len(said) == 1
    assert "set-cookie" not in sign_in(api, ada, "wrong", 403).headers
    failed = [entry for entry in api.get("/audit")["items"] if entry["what"] == "failed sign in"]
    assert {entry["subject"] for entry in failed} == {"ada", "max"}
    assert PASSWORD not in json.dumps(failed)


@ON_SQLITE
def test_guessing_is_slowed_down(api: ApiDriver, services: Services, ada: str) -> None:
    for _ in range(10):
        services.attempts.begin(ada, "127.0.0.1")
    answer = sign_in(api, ada, PASSWORD, 429)
    assert 0 < int(answer.headers["retry-after"]) <= 600


@ON_SQLITE
def test_a_disabled_account_is_out_at_once_and_comes_back(api: ApiDriver, services: Services, ada: str) -> None:
    header = token(services, "max", "member")
    assert api.ask("PATCH", "/people/max", json={"disabled": True})["disabled"]
    assert "disabled" in api.ask("GET", "/runs", 401, headers=header)["detail"]
    api.ask("PATCH", "/people/max", json={"disabled": False, "role": "viewer"})
    api.ask("GET", "/runs", headers=header)
    api.ask("POST", "/runs", 403, headers=header, json={"preset": "forkmaze-quick"})
    api.ask("PATCH", f"/people/{ada}", json={"disabled": True})
    assert "disabled" in sign_in(api, ada, PASSWORD, 403).json()["detail"]


@ON_SQLITE
def test_nobody_locks_themselves_out(api: ApiDriver, services: Services) -> None:
    header = token(services, "ada", "admin")
    for body in ({"role": "viewer"}, {"disabled": True}):
        assert "own account" in api.ask("PATCH", "/people/ada", 409, json=body, headers=header)["detail"]
    api.ask("PATCH", "/people/nobody", 404, json={"role": "viewer"})


def accept(api: ApiDriver, secret: str, name: str = "max", status: int = 201, **fields: Any) -> httpx.Response:
    body = {"secret": secret, "name": name, "password": PASSWORD, **fields}
    return api.response("POST", "/invitations/accept", status, json=body, headers=NOBODY)


def test_an_invitation_makes_one_account(api: ApiDriver) -> None:
    made = api.post("/invitations", {"role": "member", "note": "Max"}, 201)
    answer = accept(api, made["secret"], email="max@example.org")
    assert answer.json() == {"name": "max", "role": "member"}
    assert api.ask("GET", "/runs", headers=cookie(answer))["total"] == 0
    assert "used already, by max" in accept(api, made["secret"], "eve", 403).json()["detail"]
    [invitation] = api.get("/invitations")
    assert (invitation["used_by"], "secret" in invitation) == ("max", False)
    [person] = api.get("/people")
    assert (person["name"], person["email"], person["has_password"]) == ("max", "max@example.org", True)
    api.client.cookies.clear()
    assert sign_in(api, "max", PASSWORD).json()["role"] == "member"


@ON_SQLITE
def test_an_invitation_that_does_not_count_makes_nothing(api: ApiDriver, services: Services) -> None:
    made = api.post("/invitations", {"role": "admin"}, 201)
    accept(api, "wrong", status=403)
    for wrong in ("Max", "a b", "", "-", "x" * 51, "é"):
        assert accept(api, made["secret"], wrong, 422).json()["errors"][0]["field"] == "name"
    assert accept(api, made["secret"], password="short", status=422).json()["errors"][0]["field"] == "password"
    account(services, "max", "viewer")
    for taken in ("max", "owner", "orchestrator"):
        accept(api, made["secret"], taken, 409)
    with services.database.write() as session:
        session.exec(select(Invitation)).one().expires_at = now()
    assert "expired" in accept(api, made["secret"], "eve", 403).json()["detail"]
    revoked = api.post("/invitations", {"role": "admin"}, 201)
    api.ask("DELETE", f"/invitations/{revoked['id']}", 204)
    assert "was revoked" in accept(api, revoked["secret"], "eve", 403).json()["detail"]
    assert [person["name"] for person in api.get("/people")] == ["max"]


def test_a_person_makes_and_revokes_tokens(api: ApiDriver, services: Services) -> None:
    max_ = browser(services, "max", "member")
    made = api.ask("POST", "/account/tokens", 201, json={"name": "notebook", "scope": "read"}, headers=max_)
    header = bearer(made["secret"])
    api.ask("GET", "/runs", headers=header)
    assert "only read" in api.ask("POST", "/experiments", 403, json={"name": "n"}, headers=header)["detail"]
    assert "sign in on the page" in api.ask("GET", "/account/tokens", 403, headers=header)["detail"]
    [listed] = api.ask("GET", "/account/tokens", headers=max_)
    assert "secret" not in listed
    assert listed["last_used_at"] is not None
    other = browser(services, "eve", "admin")
    api.ask("DELETE", f"/account/tokens/{made['id']}", 404, headers=other)
    api.ask("DELETE", f"/account/tokens/{made['id']}", 204, headers=max_)
    api.ask("GET", "/runs", 401, headers=header)


@ON_SQLITE
def test_the_owner_may_have_tokens_too(api: ApiDriver) -> None:
    made = api.post("/account/tokens", {"name": "n", "scope": "write", "days": None}, 201)
    assert made["expires_at"] is None
    assert api.ask("GET", "/session", headers=bearer(made["secret"]))["account"] == {"name": "owner", "role": "admin"}


@ON_SQLITE
def test_a_new_password_ends_the_other_sessions(api: ApiDriver, ada: str) -> None:
    here, there = (cookie(sign_in(api, ada, PASSWORD)) for _ in range(2))
    api.client.cookies.clear()
    wrong = {"current": "wrong", "new": "another password"}
    [error] = api.ask("PUT", "/account/password", 422, json=wrong, headers=here)["errors"]
    assert error["field"] == "current"
    api.ask("PUT", "/account/password", 204, json={**wrong, "current": PASSWORD}, headers=here)
    api.ask("GET", "/runs", headers=here)
    api.ask("GET", "/runs", 401, headers=there)
    sign_in(api, ada, PASSWORD, 403)
    sign_in(api, ada, "another password")
    api.client.cookies.clear()


@ON_SQLITE
def test_a_machine_has_a_token_of_its_own(api: ApiDriver) -> None:
    made = api.post("/worker-tokens", {"name": "gpu-1"}, 201)
    body = {"worker": "w1", "suites": ["forkmaze"], "wait": 0}
    api.ask("POST", "/jobs/next", json=body, headers=bearer(made["secret"]))
    api.ask("DELETE", f"/worker-tokens/{made['id']}", 204)
    api.ask("POST", "/jobs/next", 401, json=body, headers=bearer(made["secret"]))
    [listed] = api.get("/worker-tokens")
    assert (listed["created_by"], listed["revoked_at"] is not None) == ("owner", True)


def test_what_is_done_carries_the_name_of_who_did_it(api: ApiDriver, services: Services) -> None:
    max_, eve = token(services, "max", "member"), token(services, "eve", "member")
    driver = ApiDriver(httpx.Client(base_url=api.address, trust_env=False, headers=max_))
    gate = driver.at_the_gate()
    api.ask("POST", f"/runs/{gate}/gate/approve", json={"reason": "good"}, headers=eve)
    assert api.get(f"/runs/{gate}/gate")["decided_by"] == "eve"
    events = {(event["who"], event["what"]) for event in api.get(f"/runs/{gate}/events")["items"]}
    assert {("max", "launched"), ("eve", "gate approved")} <= events
    experiment = api.ask("POST", "/experiments", 201, json={"name": "n"}, headers=eve)
    assert experiment["owner"] == "eve"
    arms = {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1]}
    [run] = api.ask("POST", f"/experiments/{experiment['id']}/runs", 201, json=arms, headers=eve)
    assert [each["id"] for each in api.get("/runs", owner="eve")["items"]] == [run["id"]]
    assert [each["id"] for each in api.get("/runs", owner="max")["items"]] == [gate]
    assert api.get("/experiments", owner="max")["total"] == 0
    audited = [(entry["who"], entry["what"], entry["subject"]) for entry in api.get("/audit")["items"]]
    assert audited == [
        ("eve", "launch experiment", f"experiment {experiment['id']}"),
        ("eve", "create experiment", f"experiment {experiment['id']}"),
        ("eve", "approve gate", f"run {gate}"),
        ("max", "create run", f"run {gate}"),
    ]
    driver.client.close()


@ON_SQLITE
def test_a_run_is_deleted_by_its_owner_or_an_admin(api: ApiDriver, services: Services) -> None:
    max_, eve = token(services, "max", "member"), token(services, "eve", "member")
    first, second = (api.ask("POST", "/runs", 201, json={"preset": "forkmaze-quick"}, headers=max_) for _ in range(2))
    for run in (first, second):
        api.ask("POST", f"/runs/{run['id']}/cancel", headers=eve)
    assert "max's" in api.ask("DELETE", f"/runs/{first['id']}", 403, headers=eve)["detail"]
    api.ask("DELETE", f"/runs/{first['id']}", 204, headers=max_)
    api.ask("DELETE", f"/runs/{second['id']}", 204)
    deleted = [entry for entry in api.get("/audit")["items"] if entry["what"] == "delete run"]
    assert [(entry["who"], entry["subject"]) for entry in deleted] == [("owner", "run 2"), ("max", "run 1")]


@ON_SQLITE
def test_what_is_refused_is_not_audited(api: ApiDriver) -> None:
    api.post("/runs", {"preset": "nonsense"}, 422)
    api.post("/runs/7/cancel", status=404)
    assert api.get("/audit")["total"] == 0


@ON_SQLITE
def test_passwords_are_in_no_error(api: ApiDriver) -> None:
    body = {"secret": "x", "name": "A B", "password": PASSWORD, "surprise": PASSWORD}
    assert PASSWORD not in api.response("POST", "/invitations/accept", 422, json=body, headers=NOBODY).text
