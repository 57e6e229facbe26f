"""A running product and a real Chromium, shared by the browser tests."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.product import running_product

expect.set_options(timeout=20_000)  # the machine is shared with the run itself


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a product with a data folder of its own."""
    data: Path = tmp_path_factory.mktemp("product") / "data"
    with running_product(data) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "the browser tests need Chromium: on Debian, apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()


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


@pytest.fixture
def page(browser: Browser, product: str) -> Iterator[Page]:
    """A desktop-sized page that must not complain."""
    context = browser.new_context(base_url=product, viewport={"width": 1280, "height": 900}, color_scheme="light")
    opened = context.new_page()
    complaints = Complaints()
    complaints.listen(opened)
    yield opened
    context.close()
    assert complaints.texts == []
