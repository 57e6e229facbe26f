"""A sweep in a real browser: launched from the page, trials that run and are pruned, figures, and the winner's runs."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import sign_in

FIGURES = ("sweep_history", "sweep_parallel", "sweep_importance", "sweep_intermediate")
MINUTES = 8 * 60_000


def describe_the_sweep(page: Page, name: str, highest: str) -> None:
    page.goto("/sweeps/new?preset=forkmaze-quick")
    page.get_by_role("combobox", name="Setting", exact=True).fill("learner.learning_rate")
    page.get_by_label("Lowest").fill("0.00001")
    page.get_by_label("Highest").fill(highest)
    page.get_by_label("logarithmic scale").check()
    page.get_by_label("Name").fill(name)


def test_a_wrong_range_is_named_at_its_field(page: Page, stage: ApiDriver) -> None:
    describe_the_sweep(page, "lr<3e-4>fast", "0.000001")
    page.get_by_role("button", name="Launch sweep").click()
    expect(page.get_by_text("the bounds are the wrong way round")).to_be_visible()
    page.get_by_label("Highest").fill("0.01")
    page.get_by_role("button", name="Launch sweep").click()
    expect(page.get_by_role("heading", name="lr<3e-4>fast")).to_be_visible()
    expect(page.get_by_test_id("trial")).to_have_count(2)
    page.get_by_role("button", name="Stop sweep").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop sweep").click()
    expect(page.get_by_test_id("sweep-progress")).to_have_attribute("data-status", "stopped")


@pytest.mark.slow
def test_a_sweep_of_twelve_runs_with_pruning(browser: Browser, product: str, tmp_path: Path) -> None:
    """With real workers; `seen-….png` in the test's folder are its figures, to be looked at."""
    context = browser.new_context(base_url=product, viewport={"width": 1440, "height": 1000})
    sign_in(context, product)
    page = context.new_page()
    describe_the_sweep(page, "lr<3e-4>fast", "0.02")
    page.get_by_role("button", name="Add setting").click()
    added = page.get_by_role("region", name="Setting 2")
    added.get_by_role("combobox", name="Setting", exact=True).fill("learner.network.activation")
    page.keyboard.press("Escape")
    added.get_by_role("combobox", name="Values").click()
    page.get_by_role("option", name="choices").click()
    added.get_by_label("Choices").fill("tanh, relu")
    page.get_by_label("Steps of each trial").fill("130000")
    page.get_by_role("button", name="Launch sweep").click()
    expect(page.get_by_role("heading", name="lr<3e-4>fast")).to_be_visible()
    progress = page.get_by_test_id("sweep-progress")
    expect(progress).to_have_attribute("data-status", "finished", timeout=MINUTES)
    expect(progress).to_contain_text("12 of 12 trials")
    expect(progress).to_contain_text("pruned")
    for name in FIGURES:
        expect(page.get_by_test_id(f"figure-{name}").locator(".main-svg").first).to_be_visible()
    look(browser, page.url, product, tmp_path)
    page.get_by_role("button", name="on result seeds").click()
    expect(page.get_by_text("Results on seeds of their own")).to_be_visible()
    context.close()


def look(browser: Browser, url: str, product: str, folder: Path) -> None:
    for width in (1440, 390):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=product, viewport={"width": width, "height": 1000},
                color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce",
            )  # fmt: skip
            sign_in(context, product)
            page = context.new_page()
            page.goto(url)
            for name in FIGURES:
                expect(page.get_by_test_id(f"figure-{name}").locator(".main-svg").first).to_be_visible()
            page.screenshot(path=folder / f"seen-{width}-{scheme}.png", full_page=True)
            context.close()
