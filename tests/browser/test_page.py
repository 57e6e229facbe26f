"""What holds for every page: it fits a phone, has labels, follows the colour scheme and says what to do."""

import pytest
from playwright.sync_api import Browser, Page, expect

PAGES = ("/runs", "/runs/new", "/experiments", "/experiments/999999", "/workers", "/nowhere", "/runs/999999")

_UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
    .filter(it => it.offsetParent && !it.labels?.length && !it.ariaLabel && !it.textContent.trim()
        && !it.getAttribute('aria-labelledby') && !it.ariaHidden && it.tabIndex >= 0)
    .map(it => it.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(browser: Browser, product: str, path: str) -> None:
    context = browser.new_context(base_url=product, viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize("path", ["/runs", "/runs/new", "/experiments", "/workers"])
def test_every_input_has_a_name(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate(_UNLABELLED) == []


def test_the_colour_scheme_follows_the_toggle_and_is_kept(page: Page) -> None:
    page.goto("/runs")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Colour scheme: auto").click()
    page.get_by_role("button", name="Colour scheme: light").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/workers")
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("a[href='#content']")).to_be_focused()


def test_a_filter_lives_in_the_address_and_says_when_nothing_matches(page: Page) -> None:
    page.goto("/runs")
    page.get_by_label("Search runs").fill("no run is called so")
    nothing = page.get_by_role("button", name="Clear all filters")
    expect(nothing).to_be_visible()
    assert "search=no" in page.url
    nothing.click()
    expect(nothing).to_be_hidden()


def test_an_unknown_address_leads_back(page: Page) -> None:
    page.goto("/runs/999999")
    page.get_by_role("main").locator("a[href='/runs']").click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page).to_have_title("Runs · GSL Lab")
