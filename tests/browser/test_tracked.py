"""A run whose script keeps control, on the page: waiting for its script, its gate, and the runs of its specialists."""

import re

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver
from tests.backend.tracked import Script


def test_a_run_waits_for_its_script_and_for_no_worker(page: Page, stage: ApiDriver) -> None:
    script = Script(stage, "left alone")
    script.begin()
    script.epoch()
    script.leave(done=False)
    page.goto(f"/runs/{script.run_id}")
    expect(page.get_by_test_id("script")).to_have_text(
        "Trained by a script of your own, which tracks it as “left alone”."
    )
    expect(page.get_by_text("steps; waiting for its script")).to_be_visible()
    expect(page.get_by_text("waiting for a worker")).to_have_count(0)
    expect(page.get_by_role("button", name="Continue…")).to_have_count(0)
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menuitem", name="Compare with…")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Start from this run")).to_have_count(0)


def test_the_gate_is_approved_and_the_child_runs_are_linked(page: Page, stage: ApiDriver) -> None:
    script = Script(stage, "mazes").to_the_gate()
    page.goto(f"/runs/{script.run_id}?tab=gate")
    expect(page.get_by_text("measured by its newest training episodes").first).to_be_visible()
    page.get_by_role("button", name="Approve specialists").click()
    expect(page.get_by_text("0 of 2 specialists ended")).to_be_visible()
    script.look()
    child = script.specialist(1)
    child.epoch([8.0])
    page.goto(f"/runs/{script.run_id}?tab=specialists")
    row = page.get_by_role("row").filter(has_text=f"run {child.run_id}")
    expect(row).to_contain_text(re.compile(r"100 of .*8\.00"))
    expect(page.get_by_test_id("script")).to_contain_text("They took 100 steps, which are not among those of this run.")
    page.goto(f"/runs/{script.run_id}?tab=tree")
    page.get_by_role("link", name=f"Specialist 1: run {child.run_id}").click()
    expect(page.get_by_test_id("script")).to_have_text(f"Specialist 1 of run {script.run_id}, trained by its script.")
