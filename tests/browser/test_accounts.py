"""Accounts in a real browser: the owner's link, an invitation, signing in and out, and a person's tokens."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from gsl.backend.services.app_services import Services
from gsl.backend.services.oidc_provider import Provider
from tests.backend.api_driver import OWNER_TOKEN, ApiDriver
from tests.backend.oidc_server import knows, oidc_provider
from tests.browser.conftest import Complaints

PASSWORD = "a long password"


@pytest.fixture
def visitor(browser: Browser, stage: ApiDriver) -> Iterator[Page]:
    """Nobody is signed in."""
    context = browser.new_context(base_url=stage.address)
    page = context.new_page()
    complaints = Complaints()
    complaints.listen(page)
    yield page
    context.close()
    assert complaints.texts == []


def runs_are_shown(page: Page) -> None:
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def sign_out(page: Page, name: str) -> None:
    page.get_by_label(f"Signed in as {name}").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to GSL Lab")).to_be_visible()


def test_the_owner_comes_in_by_the_link(visitor: Page) -> None:
    visitor.goto("/runs")
    expect(visitor.get_by_text("make link")).to_be_visible()
    visitor.goto(f"/?token={OWNER_TOKEN}")
    runs_are_shown(visitor)
    assert OWNER_TOKEN not in visitor.url
    assert visitor.evaluate("document.cookie") == ""
    sign_out(visitor, "owner")


def test_an_invited_person_joins_signs_in_and_makes_a_token(visitor: Page, stage: ApiDriver) -> None:
    secret = stage.post("/invitations", {"role": "admin"}, 201)["secret"]
    visitor.goto(f"/invitation#{secret}")
    visitor.get_by_label("Name").fill("Ada B")
    visitor.get_by_role("textbox", name="Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Create account").click()
    expect(visitor.get_by_text("lower-case letters, digits, '.', '_' and '-', a letter")).to_be_visible()
    visitor.get_by_label("Name").fill("ada")
    visitor.get_by_role("button", name="Create account").click()
    runs_are_shown(visitor)
    sign_out(visitor, "ada")
    visitor.get_by_label("Name").fill("ada")
    visitor.get_by_role("textbox", name="Password").fill("wrong")
    visitor.get_by_role("button", name="Sign in").click()
    expect(visitor.get_by_role("alert")).to_contain_text("wrong")
    visitor.get_by_role("textbox", name="Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Sign in").click()
    runs_are_shown(visitor)
    a_token_is_made_and_revoked(visitor, stage)


def a_token_is_made_and_revoked(page: Page, stage: ApiDriver) -> None:
    page.get_by_label("Signed in as ada").click()
    page.get_by_role("menuitem", name="Account").click()
    page.get_by_label("Name").fill("notebook")
    page.get_by_role("button", name="Create token").click()
    header = {"Authorization": f"Bearer {page.get_by_test_id('secret').inner_text()}"}
    assert httpx.get(f"{stage.address}/api/v1/runs", headers=header, trust_env=False).is_success
    page.get_by_role("button", name="Revoke the token notebook").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked just now")).to_be_visible()
    assert httpx.get(f"{stage.address}/api/v1/runs", headers=header, trust_env=False).status_code == 401


def test_who_is_signed_out_elsewhere_is_asked_to_sign_in(visitor: Page, stage: ApiDriver) -> None:
    visitor.goto(f"/?token={OWNER_TOKEN}")
    runs_are_shown(visitor)
    visitor.context.clear_cookies()
    stage.launch()  # the stream tells the page to ask again
    expect(visitor.get_by_role("heading", name="Sign in to GSL Lab")).to_be_visible()


def test_the_audit_is_read_page_by_page(stage: ApiDriver, page: Page) -> None:
    for number in range(51):
        stage.post("/invitations", {"role": "viewer", "note": f"guest {number}"}, 201)
    page.goto("/audit")
    expect(page.get_by_role("row")).to_have_count(51)  # with the headings
    first = page.get_by_role("row").nth(1).inner_text()
    page.get_by_role("button", name="next page").click()
    expect(page.get_by_role("row").nth(1)).not_to_have_text(first)
    page.get_by_role("button", name="previous page").click()
    expect(page.get_by_role("row")).to_have_count(51)


def test_a_person_comes_in_through_the_provider(visitor: Page, stage_app: FastAPI) -> None:
    """And goes to a provider in a process of its own and back, as browsers do."""
    before: Services = stage_app.state.services
    with oidc_provider() as issuer:
        knows(issuer, "grace", preferred_username="grace", email="grace@lab.example", email_verified=True)
        settings = before.settings.model_copy(
            update={
                "oidc_issuer": issuer,
                "oidc_client_id": "gsl-lab",
                "oidc_client_secret": SecretStr("s3cret"),
                "oidc_role": "viewer",
            }
        )
        stage_app.state.services = replace(before, settings=settings, provider=Provider(settings))
        try:
            visitor.goto("/runs")
            visitor.get_by_role("link", name="Sign in with single sign-on").click()
            visitor.get_by_placeholder("sub").fill("grace")
            visitor.get_by_role("button", name="Authorize").click()
            runs_are_shown(visitor)
            expect(visitor.get_by_label("Signed in as grace")).to_be_visible()
        finally:
            stage_app.state.services = before
