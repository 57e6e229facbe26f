"""Policies in a real browser: tried on past gates, stored, and explained at the gate that one opened."""

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


def test_a_policy_is_tried_stored_and_explained(page: Page, stage: ApiDriver) -> None:
    stage.at_the_gate(name="from before")
    page.goto("/runs")
    page.get_by_label("Signed in as owner").click()
    page.get_by_role("menuitem", name="Policies").click()
    page.get_by_label("Most specialists").fill("2")
    page.get_by_label("Only in some hours of the week").check()
    page.get_by_label("Only in some hours of the week").uncheck()
    page.get_by_role("button", name="Try on past gates").click()
    expect(page.get_by_test_id("dry-run")).to_contain_text("It would have opened")
    expect(page.get_by_role("table", name="Past gates").get_by_role("row").nth(1)).to_contain_text("open it")
    page.get_by_label("Name").fill("small")
    page.get_by_label("Note").fill("nobody is needed")
    page.get_by_role("button", name="Store").click()
    stored = page.get_by_role("region", name="small")
    expect(stored).to_contain_text("at most 2 specialists")
    run = stage.at_the_gate(config={"gate": {"mode": "ask", "policy": "small"}})
    page.goto(f"/runs/{run}?tab=gate")
    expect(page.get_by_test_id("decided-gate")).to_contain_text("By policy small version 1")
    expect(page.get_by_test_id("policy-said")).to_contain_text("met: 2 specialists, at most 2")
    page.goto("/policies")
    stored.get_by_role("button", name="Disable").click()
    expect(stored.get_by_text("Disabled", exact=True)).to_be_visible()
