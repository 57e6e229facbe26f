"""The main job in a real browser: from the form to `succeeded` through an edited approval."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.backend.api_driver import OWNER
from tests.browser.plot import click_tallest_bar

PHASES_TAKE_MS = 150_000
FITS = """([figure, width]) => {
  const drawn = figure.querySelector('.main-svg')?.clientWidth
  return drawn > width / 2 && drawn < width
}"""


@pytest.mark.timeout(420)
def test_a_run_goes_from_the_form_to_succeeded_through_an_edited_approval(product_page: Page, product: str) -> None:
    page = product_page
    launch_from_the_form(page)
    run_id = int(page.url.rsplit("/", 1)[1].split("?")[0])
    status = page.get_by_test_id("run-status")
    expect(status).to_have_attribute("data-status", "awaiting_approval", timeout=PHASES_TAKE_MS)

    proposed = httpx.get(f"{product}/api/v1/runs/{run_id}/gate", headers=OWNER).json()
    approve_with_edits(page)
    expect(page.get_by_test_id("decided-gate")).to_contain_text("one specialist is enough here")
    expect(status).to_have_attribute("data-status", "succeeded", timeout=PHASES_TAKE_MS)

    the_edits_were_carried_out(product, run_id, proposed)
    every_view_shows_the_run(page, product, run_id)


def launch_from_the_form(page: Page) -> None:
    page.goto("/runs")
    page.get_by_role("link", name="New run").click()
    page.get_by_role("radio", name="Fork maze, quick look").click()
    page.get_by_label("Name", exact=True).fill("Browser test")
    preview = page.get_by_test_id("preview")
    expect(preview).to_contain_text("160 k steps in 10 jobs")

    count = page.get_by_role("region", name=re.compile("^Specialists")).get_by_label("Count", exact=True)
    count.fill("9")
    expect(count).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Reset Count").click()
    expect(count).not_to_have_attribute("aria-invalid", "true")

    page.get_by_label("Seed", exact=True).fill("3")
    expect(page.get_by_test_id("changed-seed")).to_be_visible()
    page.get_by_role("button", name="Launch run").click()
    expect(page.get_by_role("heading", name="Browser test")).to_be_visible()


def approve_with_edits(page: Page) -> None:
    """One specialist for both variations, with fewer steps, started as a plain clone."""
    page.get_by_role("link", name="Open the gate").click()
    consequences = page.get_by_test_id("consequences")
    expect(consequences).to_have_attribute("data-specialists", "2")
    steps = page.locator("[name=specialist_steps]")
    steps.fill("900000")
    expect(consequences.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Approve specialists")).to_be_disabled()
    steps.fill("8192")
    expect(consequences.get_by_role("alert")).to_be_hidden()
    page.locator("[name=specialists]").fill("1")
    expect(consequences).to_have_attribute("data-specialists", "1")
    expect(consequences).to_have_attribute("data-variations", "2")
    expect(consequences).to_contain_text("8,192")
    page.get_by_test_id("start").click()
    page.locator("[role=option][value=clone]").click()
    page.locator("[name=reason]").fill("one specialist is enough here")
    page.get_by_role("button", name="Approve specialists").click()


def the_edits_were_carried_out(product: str, run_id: int, proposed: dict[str, dict[str, list[list[int]]]]) -> None:
    gate = httpx.get(f"{product}/api/v1/runs/{run_id}/gate", headers=OWNER).json()
    jobs = httpx.get(f"{product}/api/v1/runs/{run_id}/jobs", headers=OWNER).json()
    wanted = sorted(variation for part in proposed["proposal"]["partition"] for variation in part)
    specialists = [job for job in jobs if job["kind"] == "specialist"]
    assert gate["proposal"] == proposed["proposal"]
    assert gate["decision"]["start"] == "clone"
    assert [sorted(job["variations"]) for job in specialists] == [wanted]
    assert all(job["budget_steps"] == 8192 for job in specialists)
    assert gate["evidence"] == proposed["evidence"]


def every_view_shows_the_run(page: Page, product: str, run_id: int) -> None:
    figures = httpx.get(f"{product}/api/v1/runs/{run_id}/figures", headers=OWNER).json()
    shown = [each for each in figures if each["ready"] or not each["optional"]]
    for figure in (each for each in shown if each["tab"] not in (None, "variation")):
        page.goto(f"/runs/{run_id}?tab={figure['tab']}")
        drawn = page.get_by_test_id(f"figure-{figure['name']}")
        expect(drawn.locator(".main-svg").first).to_be_visible(timeout=15_000)
        it_fits_every_width(page, drawn)
    every_reported_metric_is_shown(page, product, run_id)
    header_and_list_name_the_same_sources(page, product, run_id)
    the_bars_list_their_variations(page)
    the_keyboard_sorts_the_variations(page)
    page.get_by_role("tab", name="Jobs and logs").click()
    page.get_by_role("button", name="Log of finetune-1").click()
    expect(page.get_by_role("log")).to_contain_text("epoch")
    page.get_by_role("tab", name="Events").click()
    expect(page.get_by_role("table", name="Events")).to_contain_text("gate")
    page.get_by_role("tab", name="Artifacts").click()
    expect(page.get_by_role("table", name="Artifacts")).to_contain_text("demonstrations-1-1.npz")
    page.get_by_role("tab", name="Configuration").click()
    expect(page.get_by_role("table", name="Budget")).to_contain_text("160,000 steps")
    real_workers_say_how_busy_they_are(page, product)


def every_reported_metric_is_shown(page: Page, product: str, run_id: int) -> None:
    """Side by side on a desktop, one below the other on a phone."""
    answer = httpx.get(f"{product}/api/v1/runs/{run_id}/metrics", headers=OWNER).json()
    titles = {each["name"]: each["title"] for each in answer["metrics"]}
    assert {"grad_norm", "learning_rate", "demonstration_loss", "steps_per_second"} <= set(titles)
    page.goto(f"/runs/{run_id}?tab=training")
    for width, columns in ((1280, 4), (390, 1)):
        page.set_viewport_size({"width": width, "height": 900})
        for name, title in titles.items():
            card = page.get_by_test_id(f"metric-{name}")
            card.scroll_into_view_if_needed()
            expect(card).to_contain_text(title)
            expect(card.locator(".main-svg").first).to_be_visible()
        cards = [card.bounding_box() for card in page.locator("[data-testid^=metric-]").all()]
        assert len({round(card["x"]) for card in cards if card}) == columns
    page.set_viewport_size({"width": 1280, "height": 900})


def real_workers_say_how_busy_they_are(page: Page, product: str) -> None:
    workers = httpx.get(f"{product}/api/v1/workers", headers=OWNER).json()
    page.goto("/workers")
    for worker in workers:
        use = page.get_by_label(f"Use of {worker['name']}", exact=True)
        expect(use).to_contain_text(re.compile(r"Processor\d+\.\d of \d+ cores"), timeout=20_000)
        expect(use).to_contain_text(re.compile(r"Memory\d+\.\d of \d+\.\d GiB"))


def header_and_list_name_the_same_sources(page: Page, product: str, run_id: int) -> None:
    run = httpx.get(f"{product}/api/v1/runs/{run_id}", headers=OWNER).json()
    assert run["score_source"] == "final evaluation"
    assert re.fullmatch(r"fine-tuning, epoch \d+", run["mean_return_source"])
    for address in (f"/runs/{run_id}", "/runs"):
        page.goto(address)
        for value in ("mean_return", "score"):
            source = page.get_by_text(run[f"{value}_source"], exact=True).first
            expect(source.locator("xpath=..")).to_contain_text(f"{run[value]:.2f}")
    page.goto(f"/runs/{run_id}")


def it_fits_every_width(page: Page, drawn: Locator) -> None:
    """While the window is resized, and after it was; what a figure throws fails the test too."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(FITS, arg=[drawn.element_handle(), width])
    expect(drawn.get_by_role("alert")).to_have_count(0)


def the_bars_list_their_variations(page: Page) -> None:
    page.get_by_role("tab", name="Overview").click()
    histogram = page.get_by_test_id("figure-variation_histogram")
    click_tallest_bar(histogram)
    expect(page.get_by_role("table", name="Chosen variations")).to_contain_text("goal")


def the_keyboard_sorts_the_variations(page: Page) -> None:
    page.get_by_role("tab", name="Variations").click()
    page.keyboard.press("Escape")  # what was chosen on the overview
    table = page.get_by_role("table", name="Variations")
    episodes = table.get_by_role("columnheader", name="Episodes")
    expect(table.get_by_role("columnheader", name="Mean return")).to_have_attribute("aria-sort", "ascending")
    for order in ("ascending", "descending"):
        episodes.get_by_role("button").press("Enter")
        expect(episodes).to_have_attribute("aria-sort", order)
