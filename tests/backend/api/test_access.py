"""Who may use which route: every sender at every route, and credentials that do not count (any more)."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import select

from gsl.backend.api import monitoring
from gsl.backend.api.access import ACCESS, GuardedRoute, GuardedStream
from gsl.backend.app import _ROUTES
from gsl.backend.db.account_models import Account, ApiToken, BrowserSession, WorkerToken
from gsl.backend.db.columns import now
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import BEARER, METRICS_TOKEN, OWNER, V1, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import Header, account, bearer, browser, machine, token

NOBODY = {"Authorization": ""}
FOR_EVERYONE = {"openapi", "swagger_ui_html", "swagger_ui_redirect", "redoc_html", "get_page"}
"""Outside the API's routers: its documentation, and the page's files. They hold no data."""
LETS_IN = {
    "anyone": {"nobody", "viewer", "reader", "member", "admin", "owner", "worker", "machine", "prometheus"},
    "viewer": {"viewer", "reader", "member", "admin", "owner"},
    "member": {"member", "admin", "owner"},
    "admin": {"admin", "owner"},
    "account": {"owner"},
    "approval link": set(),
    "share link": set(),
    "worker": {"worker", "machine"},
    "metrics": {"admin", "owner", "prometheus"},
    "viewer or worker": {"viewer", "reader", "member", "admin", "owner", "worker", "machine"},
}


@pytest.fixture
def senders(services: Services) -> dict[str, Header]:
    """`reader` is a member whose token may only read; `machine` has a token of its own."""
    return {
        "nobody": NOBODY,
        "viewer": token(services, "vera", "viewer"),
        "reader": token(services, "max", "member", "read"),
        "member": token(services, "max", "member"),
        "admin": token(services, "ada", "admin"),
        "owner": OWNER,
        "worker": BEARER,
        "machine": machine(services, "gpu-1"),
        "prometheus": bearer(METRICS_TOKEN),
    }


def operations(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, path and name of every documented operation."""
    return [
        (method.upper(), path, operation["operationId"])
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]


def status(api: ApiDriver, method: str, path: str, header: Header) -> int:
    """Of something that does not exist, so that no request changes what the next one meets."""
    filled = "/".join("999" if part.startswith("{") else part for part in path.split("/"))
    with api.client.stream(method, filled, headers=header, json={}) as answer:
        return answer.status_code


@ON_SQLITE
def test_every_sender_at_every_route(api: ApiDriver, shared_app: FastAPI, senders: dict[str, Header]) -> None:
    """Whoever is let in gets another answer than 401 and 403, whatever is wrong with the request."""
    wrong = []
    for method, path, name in operations(shared_app):
        for who, header in senders.items():
            refusal = 401 if who == "nobody" else 403
            got = status(api, method, path, header)
            expected = who in LETS_IN[ACCESS[name]]
            if (got not in (401, 403)) != expected or (not expected and got != refusal):
                wrong.append((who, name, got))
    assert wrong == []


def test_every_route_is_guarded_and_declared(shared_app: FastAPI) -> None:
    routes = [route for router in (*_ROUTES, monitoring.routes) for route in router.routes]
    assert all(isinstance(route, GuardedRoute | GuardedStream) for route in routes)
    assert {route.name for route in routes if isinstance(route, GuardedRoute | GuardedStream)} == set(ACCESS)
    assert {name for _, _, name in operations(shared_app)} == set(ACCESS)
    assert {getattr(route, "name", None) for route in shared_app.routes} - {None} == FOR_EVERYONE


def test_a_route_that_nobody_declared_cannot_be_made() -> None:
    def undeclared() -> None: ...

    with pytest.raises(KeyError, match="undeclared"):
        APIRouter(route_class=GuardedRoute).get("/undeclared")(undeclared)


@ON_SQLITE
def test_a_request_is_refused_before_its_body_is_read(api: ApiDriver) -> None:
    json = {"Content-Type": "application/json"}
    api.ask("POST", "/runs", 401, content=b"no json", headers={**NOBODY, **json})
    api.ask("POST", "/runs", 400, content=b"no json", headers=json)


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"Authorization": ""}, "Nobody is signed in"),
        ({"Authorization": "Basic b3duZXI6"}, "Nobody is signed in"),
        ({"Authorization": "Bearer"}, "Nobody is signed in"),
        (bearer("gslp_of-another-server"), "not known here"),
        (bearer("☃".encode().decode("latin-1")), "not known here"),
        ({"Authorization": "", "Cookie": "gsl-session-8000=gone"}, "Sign in again"),
    ],
)
def test_what_proves_nothing_is_told_what_to_do(api: ApiDriver, sent: Header, said: str) -> None:
    answer = api.response("GET", "/runs", 401, headers={k: v.encode("latin-1") for k, v in sent.items()})
    assert said in answer.json()["detail"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def changed(services: Services, model: type[Any], **fields: object) -> None:
    """Change the only row of a table."""
    with services.database.write() as session:
        session.exec(select(model)).one().sqlmodel_update(fields)


def test_tokens_expire_are_revoked_and_end_with_their_account(api: ApiDriver, services: Services) -> None:
    def refused() -> str:
        return str(api.ask("GET", "/runs", 401, headers=header)["detail"])

    header = token(services, "max", "member")
    api.ask("GET", "/runs", headers=header)
    changed(services, ApiToken, expires_at=now() - timedelta(seconds=1))
    assert "expired" in refused()
    changed(services, ApiToken, expires_at=None, revoked_at=now())
    assert "was revoked" in refused()
    changed(services, ApiToken, revoked_at=None)
    changed(services, Account, disabled=True)
    assert "max is disabled" in refused()


def test_sessions_expire_and_end_with_their_account(api: ApiDriver, services: Services) -> None:
    header = browser(services, "max", "member")
    api.ask("GET", "/runs", headers=header)
    changed(services, Account, disabled=True)
    assert "disabled" in api.ask("GET", "/runs", 401, headers=header)["detail"]
    changed(services, Account, disabled=False)
    changed(services, BrowserSession, expires_at=now() - timedelta(seconds=1))
    assert "has ended" in api.ask("GET", "/runs", 401, headers=header)["detail"]


@ON_SQLITE
def test_a_machine_is_shut_out_by_itself(api: ApiDriver, services: Services) -> None:
    header, body = machine(services, "gpu-1"), {"worker": "w1", "suites": ["forkmaze"], "wait": 0}
    api.ask("POST", "/jobs/next", json=body, headers=header)
    changed(services, WorkerToken, revoked_at=now())
    assert "'gpu-1' was revoked" in api.ask("POST", "/jobs/next", 401, json=body, headers=header)["detail"]
    api.ask("POST", "/jobs/next", json=body, headers=BEARER)


@ON_SQLITE
def test_what_was_used_says_when(api: ApiDriver, services: Services) -> None:
    header = token(services, "max", "member")
    api.ask("GET", "/runs", headers=header)
    with services.database.read() as session:
        used = session.exec(select(ApiToken)).one().last_used_at
    assert used is not None
    assert now() - used < timedelta(minutes=1)


@ON_SQLITE
def test_secrets_are_not_stored(services: Services) -> None:
    secrets = [token(services, "max", "member"), browser(services, "max", "member"), machine(services, "gpu-1")]
    with services.database.engine.connect() as connection:
        stored = [
            connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            for table in ("api_token", "browser_session", "worker_token", "account")
        ]
    for header in secrets:
        secret = next(value for value in header.values() if value).rpartition(" ")[2].rpartition("=")[2]
        assert len(secret) > 40
        assert secret not in str(stored)


def test_the_first_account_takes_over_what_was_made_before(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO experiment (name, description, created_at) VALUES ('n', '', '2026-01-01 00:00:00+00:00')"
        )
    account(services, "ada", "admin")
    account(services, "max", "member")
    with services.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT owner FROM experiment").all() == [("ada",)]


def test_paths_are_those_of_the_api(shared_app: FastAPI) -> None:
    others = {path for _, path, _ in operations(shared_app) if not path.startswith(V1)}
    assert others == {"/metrics"}  # where Prometheus looks for them
