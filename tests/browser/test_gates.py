"""Gates in a real browser: what a launch says about waiting, many approvals at once, the split and its cost."""

import json

from playwright.sync_api import Locator, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import all_is_well


def test_a_launch_says_how_many_runs_will_wait(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Who waits?"}, 201)["id"]
    page.goto(f"/experiments/{experiment}/launch?preset=forkmaze-quick")
    waits = page.get_by_test_id("waits-for-you")
    expect(waits).to_contain_text("No run will wait")
    page.get_by_label("Seeds", exact=True).fill("0-1")
    page.get_by_role("button", name="Shared settings").click()
    page.get_by_text("JSON", exact=True).click()
    page.get_by_label("Changes as JSON").fill(json.dumps({"gate": {"mode": "ask"}}))
    expect(waits).to_have_text("2 runs will wait for you at their gates.")  # not those of the baseline

    page.goto("/runs/new?preset=forkmaze-quick")
    expect(waits).to_have_text("1 run will wait for you at its gate.")


def test_many_gates_are_approved_at_once(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Many gates"}, 201)["id"]
    runs = [stage.at_the_gate(experiment_id=experiment, name=f"waiting {n}", config={"seed": n}) for n in range(3)]
    page.goto(f"/experiments/{experiment}")
    page.get_by_role("button", name="Approve all 3 waiting").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("waiting 2").uncheck()
    stage.post(f"/runs/{runs[1]}/cancel")  # meanwhile, by somebody else
    approve = dialog.get_by_role("button", name="Approve")
    approve.click()
    expect(page.get_by_test_id("waiting-gates")).to_contain_text("1 run is waiting")
    badges = page.get_by_role("table", name="Runs by arm and seed").get_by_test_id("run-status")
    states = [badge.get_attribute("data-status") for badge in badges.all()]
    assert states == ["specialists", "cancelled", "awaiting_approval"]
    stage.post(f"/runs/{runs[2]}/cancel")


def test_edits_outlive_a_reload_until_they_are_decided(page: Page, stage: ApiDriver) -> None:
    run, other = stage.at_the_gate(), stage.at_the_gate()
    page.goto(f"/runs/{run}?tab=gate")
    specialists, reason = page.locator("[name=specialists]"), page.locator("[name=reason]")
    expect(page.get_by_test_id("training-on")).to_contain_text("specialists with 16,384 steps each")
    expect(page.get_by_role("figure", name="Learning curve")).to_be_visible()
    specialists.fill("1")
    page.locator("[name=specialist_steps]").fill("8192")
    reason.fill("one is enough")
    page.reload()
    expect(specialists).to_have_value("1")
    expect(page.locator("[name=specialist_steps]")).to_have_value("8,192 steps")
    expect(reason).to_have_value("one is enough")
    page.goto(f"/runs/{other}?tab=gate")
    expect(specialists).to_have_value("2")  # another gate has its own edits
    page.goto(f"/runs/{run}?tab=gate")
    page.get_by_role("button", name="Approve specialists").click()
    expect(page.get_by_test_id("decided-gate")).to_contain_text("one is enough")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('gsl-gate'))") == []
    every_place_shows_the_decision(page, stage, run)


def every_place_shows_the_decision(page: Page, stage: ApiDriver, run: int) -> None:
    """One specialist with 8192 steps, where two with 16384 were configured, besides the demonstrations planned."""
    demonstrations = sum(
        job["budget_steps"] for job in stage.get(f"/runs/{run}/jobs") if job["kind"] == "demonstrations"
    )
    budgets = {step["phase"]: step["budget_steps"] for step in stage.get(f"/runs/{run}")["phases"]}
    assert budgets["specialists"] == 8192 + demonstrations
    assert budgets["finetune"] == 160_000 - 240 - budgets["specialists"]
    expect(step_named(page, "Specialists")).to_contain_text(f"{budgets['specialists'] / 1000:.1f} k steps")
    page.get_by_role("tab", name="Configuration").click()
    expect(page.get_by_test_id("decided-specialists.count")).to_have_text("decided: 1")
    expect(page.get_by_test_id("decided-specialists.steps")).to_have_text("decided: 8,192")
    expect(page.get_by_role("table", name="Specialists")).to_contain_text("16,384")
    expect(page.get_by_test_id("decided-specialists.start")).to_have_count(0)


def step_named(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Phases").get_by_role("listitem").filter(has_text=name)


def test_the_split_is_edited_by_dragging_by_keys_and_by_numbers(page: Page, stage: ApiDriver) -> None:
    """The gate proposes two specialists for goals 0 and 2, whose mean returns are 0.1 and 0.2."""
    run = stage.at_the_gate()
    page.goto(f"/runs/{run}?tab=gate")
    cost, first, second = page.get_by_test_id("consequences"), place(page, 1), place(page, 2)
    expect(cost).to_have_attribute("data-variations", "2")
    row(page, 1).drag_to(first)
    expect(first).to_contain_text("goal 1")
    expect(cost).to_have_attribute("data-variations", "3")

    row(page, 1).press("ArrowRight")
    expect(second).to_contain_text("goal 1")
    expect(row(page, 1)).to_be_focused()
    row(page, 1).press("ArrowRight")  # there is no further specialist
    expect(second).to_contain_text("goal 1")
    row(page, 1).press("Delete")
    expect(page.get_by_role("region", name="Without a specialist")).to_contain_text("goal 1")
    expect(cost).to_have_attribute("data-variations", "2")

    page.locator("[name=variations]").fill("3")  # the lowest three: 0.1, 0.2 and 0.8
    expect(page.get_by_role("region", name="Without a specialist")).to_contain_text("goal 1")
    expect(cost).to_have_attribute("data-variations", "3")
    page.get_by_role("slider", name="Specialists for variations below").press("End")
    expect(cost).to_have_attribute("data-variations", "4")


def test_the_cost_follows_the_edits_as_the_server_plans_them(page: Page, stage: ApiDriver) -> None:
    run = stage.at_the_gate()
    page.goto(f"/runs/{run}?tab=gate")
    table = page.get_by_role("table", name="Cost of the approval")
    expect(table.get_by_role("row", name="Specialists")).to_contain_text("32,768")
    page.locator("[name=specialist_steps]").fill("8192")
    expect(table.get_by_role("row", name="Specialists")).to_contain_text("16,384")
    told = stage.post(f"/runs/{run}/gate/preview", {"specialist_steps": 8192})
    for cost in told["costs"]:
        expect(table).to_contain_text(f"{cost['steps']:,}")
    place(page, 1).locator("button[data-variation]").press("Delete")
    expect(page.get_by_test_id("consequences").get_by_role("alert")).to_contain_text("at least one variation")
    expect(page.get_by_role("button", name="Approve specialists")).to_be_disabled()
    page.get_by_role("button", name="Reset to proposal").click()
    expect(table.get_by_role("row", name="Specialists")).to_contain_text("32,768")


def test_all_that_a_decision_needs_is_on_one_screen(page: Page, stage: ApiDriver) -> None:
    all_is_well(page)
    run = stage.at_the_gate()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/runs/{run}?tab=gate")
    for seen in (
        page.get_by_role("figure", name="Learning curve"), page.get_by_role("img", name="Histogram of 4 variations"),
        place(page, 2), page.get_by_test_id("times"), page.get_by_role("button", name="Approve specialists"),
        page.get_by_role("button", name="Stop the run"),
    ):  # fmt: skip
        expect(seen).to_be_in_viewport(ratio=1)
    more = page.get_by_role("button", name="More actions")
    row = page.get_by_role("heading", level=1).bounding_box(), more.bounding_box()
    assert row[0]
    assert row[1]
    assert abs(row[0]["y"] - row[1]["y"]) < row[1]["height"], "the status takes no row between name and actions"
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def place(page: Page, number: int) -> Locator:
    return page.get_by_role("region", name=f"Specialist {number}", exact=True)


def row(page: Page, goal: int) -> Locator:
    return page.locator(f"button[data-variation='{goal}']")
