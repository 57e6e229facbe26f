"""The browser tells of one's own runs once, whatever the number of tabs; a first run is led to its results."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.browser.conftest import DIST, opened, sign_in

_NOTIFICATION = """
window.Notification = class {
    static get permission() { return localStorage.getItem("test-asked") ?? "default"; }
    static async requestPermission() { localStorage.setItem("test-asked", "granted"); return "granted"; }
    constructor(title) {
        localStorage.setItem("test-told", (localStorage.getItem("test-told") ?? "") + title + ";");
    }
    close() {}
};
"""  # a headless browser has no notifications
_TOLD = "localStorage.getItem('test-told')"


def test_news_are_told_once_in_all_tabs(browser: Browser, stage: ApiDriver) -> None:
    context = browser.new_context(base_url=stage.address)
    sign_in(context, stage.address)
    context.add_init_script(_NOTIFICATION)
    ours, other = context.new_page(), context.new_page()
    run = stage.launch(name="told of")
    for page in (other, ours):
        page.goto("/workers")
    assert ours.evaluate("Notification.permission") == "default"  # nobody is asked before a click
    ours.get_by_role("button", name="Signed in as").click()
    with context.expect_event("response", lambda answer: "sort=-updated_at" in answer.url):  # in either tab
        ours.get_by_role("menuitem", name="Notify me of my runs").click()
    stage.post(f"/runs/{run}/cancel")
    waiting = stage.at_the_gate(name="at its gate")
    for _ in range(60):
        if told := ours.evaluate(_TOLD):
            break
        ours.wait_for_timeout(250)
    assert told == "at its gate waits for your decision;"
    ours.get_by_role("button", name="Signed in as").click()
    ours.get_by_role("menuitem", name="Stop notifications").click()
    stage.post(f"/runs/{waiting}/cancel")
    context.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ApiDriver]:
    """A server without runs."""
    app = create_app(settings_on(tmp_path).model_copy(update={"page_dir": DIST}))
    services: Services = app.state.services
    SQLModel.metadata.create_all(services.database.engine)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        driver = ApiDriver(client)
        driver.announce("w1", "forkmaze")
        yield driver
        services.events.close()
    services.database.close()


@pytest.fixture
def first_page(browser: Browser, empty: ApiDriver) -> Iterator[Page]:
    yield from opened(browser, empty.address)


def test_a_first_run_is_led_to_its_results(first_page: Page, empty: ApiDriver) -> None:
    page, hint = first_page, first_page.get_by_test_id("first-run")
    page.goto("/runs")
    page.get_by_role("link", name="Launch your first run").click()
    expect(hint).to_contain_text("press Launch run")
    run = empty.at_the_gate()
    page.goto(f"/runs/{run}")
    expect(hint).to_contain_text("2 of 3")
    hint.get_by_role("link", name="the gate").click()
    page.get_by_role("button", name="Approve").click()
    expect(hint).to_contain_text("3 of 3")
    empty.launch()
    page.reload()
    expect(page.get_by_role("tab", name="Overview")).to_be_visible()
    expect(hint).to_be_hidden()
