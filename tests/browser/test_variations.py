"""Variations linked: what is chosen in the histogram, the rest of the tab shows; and the page of one variation."""

import gzip
import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import all_is_well
from tests.browser.plot import click_tallest_bar, drag_across
from tests.browser.product import ROOT

RECORD = ROOT / "benchmarks" / "results" / "gsl_procgen" / "jumper-dapg-2.json.gz"
VARIATIONS = 24


@pytest.fixture(scope="module")
def run_id(stage: ApiDriver) -> int:
    return int(stage.post("/runs/import", json.loads(gzip.decompress(RECORD.read_bytes())), 201)["id"])


def rows_are(page: Page, number: int) -> None:
    """In the table, the heat map and the curves, which are below the histogram."""
    table = page.get_by_role("table", name="Variations", exact=True)
    expect(table.locator("tbody tr")).to_have_count(number)
    labels = page.get_by_test_id("figure-variation_heatmap").locator(".ytick text")
    expect(labels).to_have_count(number)


def test_a_bar_and_a_drag_choose_and_escape_clears(page: Page, run_id: int) -> None:
    all_is_well(page)
    page.goto(f"/runs/{run_id}?tab=variations")
    rows_are(page, VARIATIONS)
    histogram = page.get_by_test_id("figure-variation_histogram")
    click_tallest_bar(histogram)
    said = page.get_by_role("status", name="Chosen variations")
    expect(said).to_contain_text("chosen")
    expect(page).to_have_url(re.compile("variations="))
    rows_are(page, int(said.inner_text().split()[0]))
    page.reload()
    rows_are(page, int(said.inner_text().split()[0]))
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)
    rows_are(page, VARIATIONS)
    drag_across(histogram, said)
    expect(said).to_contain_text(f"{VARIATIONS} variations chosen")
    page.get_by_role("button", name="Show all").click()
    expect(said).to_have_count(0)


def test_the_keyboard_chooses_a_range_and_a_cluster(page: Page, run_id: int) -> None:
    page.goto(f"/runs/{run_id}?tab=variations")
    highest = page.get_by_role("slider", name="Highest score chosen")
    highest.focus()
    highest.press("ArrowLeft")
    said = page.get_by_role("status", name="Chosen variations")
    expect(said).to_contain_text("chosen")
    low = int(said.inner_text().split()[0])
    assert 0 < low < VARIATIONS
    rows_are(page, low)
    page.get_by_role("combobox", name="Clusters of alike variations").click()
    page.get_by_role("option", name="3 clusters").click()
    clusters = page.get_by_role("group", name="Clusters").get_by_role("button")
    expect(clusters).to_have_count(3)
    clusters.nth(1).press("Enter")
    expect(clusters.nth(1)).to_have_attribute("aria-pressed", "true")
    rows_are(page, VARIATIONS // 3)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_variation_has_a_page_that_leads_to_its_neighbours(page: Page, run_id: int, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/runs/{run_id}?tab=variations")
    page.get_by_role("table", name="Variations", exact=True).get_by_role("link", name="level 3", exact=True).click()
    expect(page).to_have_url(re.compile(f"/runs/{run_id}/variations/3"))
    expect(page.get_by_role("heading", name="level 3")).to_be_visible()
    expect(page.get_by_test_id("figure-variation_curve").get_by_text("Fine-tuning")).to_be_visible()
    for name in ("Gained or forgotten", "At the gate", "Demonstrations", "Steps spent on it"):
        expect(page.get_by_role("region", name=name)).to_be_visible()
    expect(page.get_by_role("region", name="Gained or forgotten")).to_contain_text("95 % interval")
    expect(page.get_by_role("region", name="Videos")).to_contain_text("imported")
    page.get_by_role("link", name="Higher rank").click()
    expect(page.get_by_text("rank 17 of 24")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_variation_that_does_not_exist_says_which_do(page: Page, run_id: int) -> None:
    page.goto(f"/runs/{run_id}/variations/9999")
    expect(page.get_by_role("heading", name="Variation not found")).to_be_visible()
    expect(page.get_by_text("trains on 0-23")).to_be_visible()
    page.get_by_role("link", name="Go to the run's variations").click()
    expect(page.get_by_test_id("figure-variation_histogram")).to_be_visible()
