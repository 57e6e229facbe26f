"""Signing a browser in by the owner's link, and out again."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.app import create_app
from gsl.backend.settings import Settings
from tests.backend.api_driver import BEARER, OWNER, OWNER_TOKEN, V1, ApiDriver
from tests.backend.server import serving

LINK = f"/?token={OWNER_TOKEN}"


@pytest.fixture
def visitor(api: ApiDriver) -> Iterator[httpx.Client]:
    """A browser that is not signed in."""
    with httpx.Client(base_url=api.address, timeout=30, trust_env=False) as client:
        yield client


def test_the_link_signs_in_and_leaves_the_address(visitor: httpx.Client) -> None:
    assert visitor.get(f"{V1}/session").json() == {"account": None, "passwords": False, "provider": None}
    opened = visitor.get(LINK)
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert OWNER_TOKEN not in str(opened.headers)
    name, *attributes = opened.headers["set-cookie"].split("; ")
    assert name.startswith("gsl-session-8000=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(attributes)
    assert visitor.get(f"{V1}/session").json()["account"] == {"name": "owner", "role": "admin"}
    assert visitor.get(f"{V1}/runs").is_success


def test_a_wrong_link_signs_nobody_in_or_out(visitor: httpx.Client) -> None:
    for wrong in ("/?token=", "/?token=wrong", "/?token=☃"):
        answer = visitor.get(wrong)
        assert answer.status_code == 401
        assert "make link" in answer.text
        assert "set-cookie" not in answer.headers
    visitor.get(LINK)
    visitor.get("/?token=wrong")
    assert visitor.get(f"{V1}/runs").is_success


def test_signing_out_ends_this_session_and_no_other(visitor: httpx.Client, api: ApiDriver) -> None:
    visitor.get(LINK)
    before = dict(visitor.cookies)
    with httpx.Client(base_url=api.address, trust_env=False) as other:
        other.get(LINK)
        assert visitor.delete(f"{V1}/session").status_code == 204
        assert dict(visitor.cookies) == {}
        visitor.cookies.update(before)
        assert visitor.get(f"{V1}/runs").status_code == 401
        assert other.get(f"{V1}/runs").is_success


def test_a_browser_does_nothing_for_another_site(visitor: httpx.Client) -> None:
    visitor.get(LINK)
    run = {"preset": "forkmaze-quick"}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert visitor.post(f"{V1}/runs", json=run, headers=headers).status_code == 403
        assert visitor.delete(f"{V1}/session", headers=headers).status_code == 403
    assert visitor.get(f"{V1}/runs").json()["total"] == 0


def test_tokens_say_who_they_are(api: ApiDriver) -> None:
    assert api.ask("GET", "/session", headers=OWNER)["account"]["name"] == "owner"
    assert api.ask("GET", "/session", headers=BEARER)["account"] is None


def test_below_a_proxy_the_cookie_is_its_own(settings: Settings, app: FastAPI) -> None:
    public = create_app(settings.model_copy(update={"public_url": "https://lab.example.org/gsl", "port": 8123}))
    public.state.services.__dict__.update(database=app.state.services.database)
    with serving(public) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for path in (LINK, f"/gsl{LINK}"):
            opened = client.get(path)
            assert (opened.status_code, opened.headers["location"]) == (303, "/gsl/")
            name, *attributes = opened.headers["set-cookie"].split("; ")
            assert name.startswith("gsl-session-8123=")
            assert {"Path=/gsl/", "Secure"} <= set(attributes)
