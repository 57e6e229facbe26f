"""A running product and a real Chromium, shared by the browser tests."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import OWNER_TOKEN, ApiDriver
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.browser.product import ROOT, running_product

DIST = ROOT / "frontend" / "dist"

expect.set_options(timeout=20_000)  # the machine is shared with the run itself


@pytest.fixture
def product(tmp_path: Path) -> Iterator[str]:
    """The address of a product with a data folder of its own."""
    with running_product(tmp_path / "data") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "the browser tests need Chromium: on Debian, apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def stage_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application behind `stage`."""
    return create_app(settings_on(tmp_path_factory.mktemp("stage")).model_copy(update={"page_dir": DIST}))


@pytest.fixture(scope="session")
def stage(stage_app: FastAPI) -> Iterator[ApiDriver]:
    """The API and its page without any worker: a test plays the workers, so that every state stands still."""
    app = stage_app
    services: Services = app.state.services
    SQLModel.metadata.create_all(services.database.engine)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        driver = ApiDriver(client)
        driver.announce("w1", "forkmaze")
        yield driver
        services.events.close()  # ends the streams of pages, for which the server would wait
    services.database.close()


@dataclass
class Complaints:
    """What the page wrote to its console as an error, and what it threw."""

    texts: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.texts.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # A refused request (422 while a field is wrong, 404 before the first gate) is part of the page's work.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.texts.append(message.text)


def choose(page: Page, action: str) -> None:
    """One of a run's rarer actions, from its menu."""
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=action).click()


def sign_in(context: BrowserContext, address: str) -> None:
    """As the link does that `make up` prints."""
    answer = context.request.get(f"{address}/?token={OWNER_TOKEN}", max_redirects=0)
    assert answer.status == 303, answer.text()


@pytest.fixture
def page(browser: Browser, stage: ApiDriver) -> Iterator[Page]:
    """A desktop-sized page of the server without workers, which must not complain."""
    yield from opened(browser, stage.address)


def all_is_well(page: Page) -> None:
    """The server has no trouble to tell: queued jobs of other tests would move what this one measures."""
    page.route("**/api/v1/health", lambda route: route.fulfill(json={**route.fetch().json(), "problems": []}))


@pytest.fixture
def product_page(browser: Browser, product: str) -> Iterator[Page]:
    """The same, of the whole product."""
    yield from opened(browser, product)


def opened(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}, color_scheme="light")
    sign_in(context, address)
    page = context.new_page()
    complaints = Complaints()
    complaints.listen(page)
    yield page
    context.close()
    assert complaints.texts == []
