"""The inbox in real browsers: of two people at once, and with the keyboard alone."""

import time
from collections.abc import Iterator
from statistics import median

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from gsl.backend.services.app_services import Services
from tests.backend import people
from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import Complaints

AT_ONCE_S = 1.0
"""So soon the others see what somebody decides."""


@pytest.fixture
def two(browser: Browser, stage: ApiDriver, stage_app: FastAPI) -> Iterator[list[Page]]:
    """Pages of two people, in browsers of their own."""
    contexts = [browser.new_context(base_url=stage.address) for _ in range(2)]
    pages, complaints = [], Complaints()
    for context, name in zip(contexts, ("ada", "ben"), strict=True):
        services: Services = stage_app.state.services
        cookie, secret = people.browser(services, name, "member")["Cookie"].split("=", 1)
        context.add_cookies([{"name": cookie, "value": secret, "url": stage.address}])
        pages.append(context.new_page())
        complaints.listen(pages[-1])
    yield pages
    for context in contexts:
        context.close()
    assert complaints.texts == []


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Waiting gates").get_by_role("listitem").filter(has_text=name)


def test_each_sees_the_other_s_decision_within_a_second(two: list[Page], stage: ApiDriver) -> None:
    names = [f"for both {number}" for number in range(4)]
    runs = {name: stage.at_the_gate(name=name) for name in names}
    took = []
    for turn, name in enumerate(names):
        decides, looks = two[turn % 2], two[(turn + 1) % 2]
        looks.goto("/inbox")
        expect(item(looks, name)).to_be_visible()
        expect(looks.get_by_role("status", name="Live: updates")).to_be_visible()
        before = waiting(looks)
        decides.goto(f"/runs/{runs[name]}?tab=gate")
        decides.get_by_role("button", name="Approve specialists").click()
        expect(decides.get_by_test_id("decided-gate")).to_be_visible()
        decided = time.monotonic()
        expect(item(looks, name)).to_have_count(0)
        took.append(time.monotonic() - decided)
        assert waiting(looks) == before - 1
    assert median(took) < AT_ONCE_S, took
    assert stage.get(f"/runs/{runs[names[1]]}/gate")["decided_by"] == "ben"


def waiting(page: Page) -> int:
    """As the badge says, and the document's title."""
    badge = page.get_by_test_id("inbox").get_attribute("aria-label") or ""
    number = int("".join(filter(str.isdigit, badge)) or 0)
    expect(page).to_have_title(f"({number}) Inbox · GSL Lab" if number else "Inbox · GSL Lab")
    return number


def test_an_open_gate_shows_what_the_other_decides(two: list[Page], stage: ApiDriver) -> None:
    run = stage.at_the_gate(name="watched by both")
    for page in two:
        page.goto(f"/runs/{run}?tab=gate")
        expect(page.get_by_role("button", name="Approve specialists")).to_be_enabled()
    ada, ben = two
    ada.get_by_label("Reason").fill("alike")
    ada.get_by_role("button", name="Approve specialists").click()
    expect(ben.get_by_test_id("decided-gate")).to_contain_text("ada")
    expect(ben.get_by_test_id("decided-gate")).to_contain_text("alike")


def test_comments_are_seen_by_the_other_before_and_after_the_decision(two: list[Page], stage: ApiDriver) -> None:
    ada, ben = two
    run = stage.at_the_gate(name="discussed")
    for page in two:
        page.goto(f"/runs/{run}?tab=gate")
    ada.get_by_label("Comment", exact=True).fill("<b>goal 0</b> looks odd")
    ada.get_by_role("button", name="Send").click()
    said = ben.get_by_role("list", name="Decisions and comments").get_by_role("listitem")
    expect(said.filter(has_text="<b>goal 0</b> looks odd")).to_contain_text("ada")
    expect(ben.get_by_role("button", name="Delete your comment")).to_have_count(0)
    stage.post(f"/runs/{run}/gate/approve", {"specialist_steps": 12_000, "reason": "cheaper"})
    expect(said.filter(has_text="cheaper")).to_contain_text("12,000 steps each instead of 16,384")
    ben.get_by_label("Comment", exact=True).fill("as it should")
    ben.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("list", name="Decisions and comments").get_by_role("listitem").last).to_contain_text("ben")
    ada.get_by_role("button", name="Delete your comment").click()
    expect(said.filter(has_text="looks odd")).to_have_count(0)


def test_a_gate_is_approved_by_keyboard_alone(page: Page, stage: ApiDriver) -> None:
    run = stage.at_the_gate(name="by keyboard")
    page.goto("/runs")
    press_on(page, "Inbox")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    press_on(page, "Open the gate of by keyboard")
    expect(page.get_by_role("button", name="Approve specialists")).to_be_enabled()
    press_on(page, "Approve specialists")
    expect(page.get_by_test_id("decided-gate")).to_be_visible()
    assert stage.get(f"/runs/{run}/gate")["status"] == "approved"


def press_on(page: Page, name: str) -> None:
    """Go to what begins with this name, by Tab, and press Enter."""
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText || ''")
        if focused.startswith(name):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by Tab")
