"""Signing in through a real provider: who gets in as whom, and every way of getting in that must not work."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import select

from gsl.backend.db.account_models import Account, OidcAttempt
from gsl.backend.db.columns import now
from gsl.backend.domain.id_token import Person
from gsl.backend.services.app_services import Services
from gsl.backend.services.oidc_provider import Provider
from gsl.backend.store import external_identities
from tests.backend.api_driver import V1, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.oidc_server import consent, knows, oidc_provider
from tests.backend.people import account, browser, token

CALLBACK = "/session/oidc/callback"
NOBODY = {"Authorization": ""}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider() as address:
        knows(address, "1", preferred_username="Ada L", email="ada@lab.example", email_verified=True)
        knows(address, "2", email="max@elsewhere.example", email_verified=True)
        knows(address, "3", email="eve@lab.example")
        yield address


@pytest.fixture
def services(services: Services, issuer: str) -> Services:
    return configured(services, oidc_issuer=issuer, oidc_client_id="gsl-lab", oidc_client_secret=SecretStr("s3cret"))


def configured(services: Services, **changes: Any) -> Services:
    settings = services.settings.model_copy(update=changes)
    return replace(services, settings=settings, provider=Provider(settings))


class Visit:
    """A browser that goes to the provider and comes back."""

    def __init__(self, api: ApiDriver, header: dict[str, str] | None = None, link: bool = False) -> None:
        self.api = api
        path = f"/session/oidc{'?link=true' if link else ''}"
        answer = api.response("GET", path, 302, headers=header or NOBODY)
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        assert {"HttpOnly", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
        self.address = answer.headers["location"]
        api.client.cookies.clear()

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}

    def asking(self, **changes: str) -> "Visit":
        """The same with a request that somebody changed on its way."""
        self.address = f"{self.address.partition('?')[0]}?{urlencode({**self.asked, **changes})}"
        return self

    def back(self, subject: str = "1", action: str = "authorize", **changes: str) -> httpx.Response:
        path, query = consent(self.address, subject, action)
        assert path == V1 + CALLBACK
        return self.land({**query, **changes})

    def land(self, query: dict[str, str], cookie: str | None = None) -> httpx.Response:
        header = {**NOBODY, "Cookie": self.cookie if cookie is None else cookie, "Accept": "text/html"}
        answer = self.api.client.get(V1 + CALLBACK, params=query, headers=header)
        self.api.client.cookies.clear()
        return answer


def signed_in(api: ApiDriver, answer: httpx.Response) -> Any:
    assert answer.status_code == 303, answer.text
    cookies = [line for line in answer.headers.get_list("set-cookie") if line.startswith("gsl-session")]
    assert "SameSite=strict" in cookies[0]
    header = {**NOBODY, "Cookie": cookies[0].partition(";")[0]}
    return api.ask("GET", "/session", headers=header)["account"]


def refused(answer: httpx.Response, said: str, status: int = 403) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert said in answer.text
    assert "gsl-session" not in str(answer.headers.get_list("set-cookie"))


def linked(services: Services, name: str = "ada") -> None:
    """Somebody who signs in as this account."""
    person = Person(services.settings.oidc_issuer, "1")
    row = account(services, name, "member")
    with services.database.write() as session:
        external_identities.link(session, person, row)


def test_a_new_person_gets_the_role_of_the_settings(api: ApiDriver, services: Services, shared_app: FastAPI) -> None:
    shared_app.state.services = services = configured(services, oidc_role="viewer")
    assert api.ask("GET", "/session", headers=NOBODY)["provider"] == "single sign-on"
    visit = Visit(api)
    assert (visit.asked["code_challenge_method"], visit.asked["response_type"]) == ("S256", "code")
    assert len(visit.asked["code_challenge"]) == 43
    assert signed_in(api, visit.back()) == {"name": "ada-l", "role": "viewer"}
    assert signed_in(api, Visit(api).back()) == {"name": "ada-l", "role": "viewer"}
    account(services, "max", "admin")
    assert signed_in(api, Visit(api).back("2"))["name"] == "max-2", "an e-mail address makes nobody another account"
    refused(Visit(api).back("3"), "not verified your e-mail")
    noted = [(entry["who"], entry["what"]) for entry in api.get("/audit")["items"]]
    assert ("ada-l", "create account") in noted
    assert ("", "failed sign in") in noted


@ON_SQLITE
def test_without_a_role_only_linked_accounts_get_in(api: ApiDriver, services: Services) -> None:
    refused(Visit(api).back(), "ask an admin")
    ada = browser(services, "ada", "member")
    answer = Visit(api, ada, link=True).back()
    assert answer.headers["location"].endswith("/account")
    assert signed_in(api, answer)["name"] == "ada"
    assert signed_in(api, Visit(api).back())["name"] == "ada"
    refused(Visit(api, browser(services, "max", "member"), link=True).back(), "You sign in as ada there already", 409)
    [identity] = api.ask("GET", "/account/identities", headers=ada)
    api.ask("DELETE", f"/account/identities/{identity['id']}", 204, headers=ada)
    refused(Visit(api).back(), "ask an admin")
    api.ask("GET", "/session/oidc?link=true", 401, headers=token(services, "max", "member"))


@ON_SQLITE
def test_forged_replayed_and_foreign_returns_are_refused(api: ApiDriver, services: Services) -> None:
    linked(services)
    refused(Visit(api).back(state="forged"), "not begun in this browser")
    visit = Visit(api)
    _, query = consent(visit.address, "1")
    refused(visit.land(query, cookie=Visit(api).cookie), "not begun in this browser")
    refused(visit.land(query, cookie=""), "not begun in this browser")
    assert "not begun" in api.ask("GET", CALLBACK, 403, params=query, headers=NOBODY)["detail"]
    assert signed_in(api, visit.land(query))["name"] == "ada"
    refused(visit.land(query), "finished already")
    another = Visit(api)
    refused(another.land({"state": another.asked["state"], "code": query["code"]}), "did not accept")


@ON_SQLITE
def test_what_was_meant_for_another_sign_in_is_refused(api: ApiDriver, services: Services) -> None:
    linked(services)
    refused(Visit(api).asking(nonce="of another").back(), "nonce")
    refused(Visit(api).asking(client_id="another").back(), "did not accept")
    denied = Visit(api)
    refused(denied.back(action="deny", state=denied.asked["state"]), "access_denied")
    late = Visit(api)
    with services.database.write() as session:
        for row in session.exec(select(OidcAttempt)):
            row.expires_at = now().replace(year=2020)
    refused(late.back(), "took too long")


@ON_SQLITE
def test_a_disabled_account_stays_out(api: ApiDriver, services: Services) -> None:
    linked(services)
    with services.database.write() as session:
        session.exec(select(Account).where(Account.name == "ada")).one().disabled = True
    refused(Visit(api).back(), "ada is disabled")


@ON_SQLITE
def test_only_verified_addresses_of_allowed_domains_get_in(
    api: ApiDriver, services: Services, shared_app: FastAPI
) -> None:
    shared_app.state.services = configured(services, oidc_role="member", oidc_domains_text="lab.example, a.example")
    assert signed_in(api, Visit(api).back())["name"] == "ada-l"
    refused(Visit(api).back("2"), "yours is max@elsewhere.example")
    refused(Visit(api).back("3"), "not verified")


@ON_SQLITE
def test_behind_a_proxy_the_provider_sends_people_to_its_address(
    api: ApiDriver, services: Services, shared_app: FastAPI
) -> None:
    shared_app.state.services = configured(services, public_url="https://lab.example.org/gsl")
    answer = api.response("GET", "/session/oidc", 302, headers=NOBODY)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == [f"https://lab.example.org/gsl{V1}{CALLBACK}"]
    assert {"Secure", "Path=/gsl/"} <= set(answer.headers["set-cookie"].split("; "))


@ON_SQLITE
def test_a_provider_that_is_away_or_another_one_is_told(
    api: ApiDriver, services: Services, shared_app: FastAPI, issuer: str
) -> None:
    shared_app.state.services = configured(services, oidc_issuer="http://127.0.0.1:9")
    assert "cannot be reached" in api.ask("GET", "/session/oidc", 503, headers=NOBODY)["detail"]
    shared_app.state.services = configured(services, oidc_issuer=f"{issuer}/")
    assert "calls itself" in api.ask("GET", "/session/oidc", 503, headers=NOBODY)["detail"]
    shared_app.state.services = replace(services, provider=None)
    assert "GSL_OIDC_ISSUER" in api.ask("GET", "/session/oidc", 404, headers=NOBODY)["detail"]
