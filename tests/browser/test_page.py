"""What holds for every page: it fits a phone, has labels, follows the colour scheme and says what to do."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import choose, sign_in

PAGES = (
    "/runs", "/runs/new", "/experiments", "/experiments/999999", "/workers", "/account", "/people", "/audit",
    "/nowhere", "/runs/999999",
)  # fmt: skip

_HEADER_WIDTH = "() => document.querySelector('header').scrollWidth"
_UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
    .filter(it => it.offsetParent && !it.labels?.length && !it.ariaLabel && !it.textContent.trim()
        && !it.getAttribute('aria-labelledby') && !it.ariaHidden && it.tabIndex >= 0)
    .map(it => it.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(browser: Browser, stage: ApiDriver, path: str) -> None:
    context = browser.new_context(base_url=stage.address, viewport={"width": 390, "height": 844}, has_touch=True)
    sign_in(context, stage.address)
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(_HEADER_WIDTH) <= 390
    context.close()


@pytest.mark.parametrize("path", ["/runs", "/runs/new", "/experiments", "/workers", "/account", "/people", "/audit"])
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
    expect(page).to_have_title(re.compile("Runs · GSL Lab"))


def test_a_run_is_launched_by_a_few_keys_from_its_preset(page: Page, stage: ApiDriver) -> None:
    """The button is in view at once, and comes before the forty settings."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/runs/new")
    launch = page.get_by_test_id("launch")
    expect(launch).to_be_in_viewport(ratio=1)
    page.get_by_role("radio", name="Fork maze", exact=True).focus()
    page.keyboard.press("ArrowRight")
    quick = page.get_by_role("radio", name="Fork maze, quick look")
    expect(quick).to_be_checked()
    expect(quick).to_be_focused()
    expect(page.get_by_test_id("preview")).to_contain_text("160 k steps")
    for _ in range(8):  # one key has been pressed, and Enter is to come
        page.keyboard.press("Tab")
        if launch.evaluate("button => button === document.activeElement"):
            break
    expect(launch).to_be_focused()
    expect(launch).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs/\d+$"))
    stage.post(f"/runs/{page.url.rsplit('/', 1)[1]}/cancel")


def test_a_run_is_exported_as_chosen_on_its_page(page: Page, stage: ApiDriver) -> None:
    run = stage.launch(exporters=["tensorboard"], name="exported")
    page.goto(f"/runs/{run}")
    page.get_by_role("button", name="Export: TensorBoard", exact=True).click()
    expect(page.get_by_text(f"/tensorboard/exported-{run}")).to_be_visible(timeout=20_000)
    page.get_by_role("checkbox", name="Weights & Biases (offline)").check()
    page.get_by_role("button", name="Save exports").click()
    page.get_by_role("button", name="Export: TensorBoard, W&B", exact=True).click()
    expect(page.get_by_text("written once the run has ended")).to_be_visible()
    assert stage.get(f"/runs/{run}")["exporters"] == ["tensorboard", "wandb"]
    stage.post(f"/runs/{run}/cancel")


@pytest.mark.parametrize("tab", [None, "Events"])
def test_after_a_deletion_back_leads_somewhere(page: Page, stage: ApiDriver, tab: str | None) -> None:
    """To the list; a view of the run that was opened before says that it is gone."""
    run_id = stage.cancelled(name="To be deleted")
    page.goto("/workers")
    page.get_by_role("link", name="Runs", exact=True).click()
    page.locator(f"a[href='/runs/{run_id}']").first.click()
    if tab:
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("table", name=tab)).to_be_visible()
    choose(page, "Delete")
    page.get_by_role("button", name="Delete the run").click()
    heading = page.get_by_role("heading", name="Runs", exact=True)
    expect(heading).to_be_visible()
    expect(page.locator(f"a[href='/runs/{run_id}']")).to_have_count(0)
    page.go_back()
    if tab:
        expect(page.get_by_text("Run not found")).to_be_visible()
        page.get_by_role("link", name="Go to runs").click()
    expect(heading).to_be_visible()
