"""The tree of a run: many specialists fold into one part, the parts lead to what they are of, desktop and phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver, epoch, started
from tests.browser.conftest import all_is_well
from tests.browser.many_specialists import SPECIALISTS, many_specialists


@pytest.fixture(scope="module")
def run_id(stage: ApiDriver) -> int:
    return many_specialists(stage)


@pytest.mark.parametrize("width", [1440, 390])
def test_specialists_are_one_part_that_a_key_unfolds(page: Page, run_id: int, width: int) -> None:
    all_is_well(page)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/runs/{run_id}?tab=tree")
    specialists = page.get_by_role("list", name="Parts of Specialists")
    expect(page.get_by_text(f"{SPECIALISTS} of {SPECIALISTS} done")).to_be_visible()
    expect(page.get_by_text("worst 1.00, median 7.50, best 14.0")).to_be_visible()
    shown = specialists.get_by_role("link", name=re.compile(r"^Specialist \d+$"))
    expect(shown).to_have_count(1)
    expect(specialists.get_by_text("(on the critical path)").first).to_be_attached()
    fold = page.get_by_role("button", name=f"the {SPECIALISTS} specialists")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.focus()
    fold.press("Enter")
    expect(shown).to_have_count(SPECIALISTS)
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_parts_lead_to_what_they_are_of(page: Page, run_id: int) -> None:
    tree = f"/runs/{run_id}?tab=tree"
    for name, leads_to in (
        ("Generalist", r"tab=jobs&job=\d+"), ("Gate", r"tab=gate&gate=\d+"), ("Specialists", "tab=specialists&cycle=1"),
        ("1 variation", r"tab=variations&variations=\d+"), ("Plateau", rf"/runs/{run_id}$"),
    ):  # fmt: skip
        page.goto(tree)
        page.get_by_role("list", name="Parts of the run").get_by_role("link", name=name, exact=True).first.click()
        expect(page).to_have_url(re.compile(leads_to))
    page.goto(tree)
    page.get_by_role("link", name="Fine-tuning").click()
    expect(page.get_by_role("heading", name="Log of finetune-1")).to_be_visible()


def test_a_run_at_work_grows_and_its_fork_hangs_on_the_job_that_it_continues(page: Page, stage: ApiDriver) -> None:
    run = stage.at_the_gate()
    checkpoint = next(file["id"] for file in stage.get(f"/runs/{run}/artifacts") if file["kind"] == "checkpoint")
    fork = stage.post("/runs", {"checkpoint_id": checkpoint}, 201)["id"]
    page.goto(f"/runs/{run}?tab=tree")
    expect(page.get_by_text("waits for a decision: 2 specialists proposed")).to_be_visible()
    stage.post(f"/runs/{run}/gate/approve", {})
    expect(page.get_by_text("approved by owner, 2 specialists")).to_be_visible()
    specialist = stage.job(run, "specialist-1-1")
    stage.claim(specialist)
    stage.report(specialist, started(), epoch(1, 0.75, returns=[]))
    expect(page.get_by_text("best 75 %", exact=True)).to_be_visible()
    page.get_by_role("list", name="Parts of Generalist").get_by_role("link", name=f"Fork: run {fork}").click()
    expect(page).to_have_url(re.compile(rf"/runs/{fork}$"))
    page.goto(f"/runs/{fork}?tab=tree")
    page.get_by_role("link", name=f"Continues from run {run}").click()
    expect(page).to_have_url(re.compile(rf"/runs/{run}$"))
    stage.post(f"/runs/{fork}/cancel")
    stage.post(f"/runs/{run}/cancel")
