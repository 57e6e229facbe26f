"""Continuing a run from its page: what it costs, with which others, and how it is marked from then on."""

import re

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver

MEANS, BETTER = [0.2, 0.4], [0.6, 0.8]
STEPS = "Further environment steps"


def pair(stage: ApiDriver) -> tuple[int, int]:
    """A run and its baseline, both with their results."""
    run_id = stage.launch(name="Two arms", config={"gate": {"optimal_score": 0.1, "mode": "auto"}})
    baseline = int(stage.post(f"/runs/{run_id}/baseline", status=201)["id"])
    for one in (run_id, baseline):
        stage.play(one, MEANS)
    return run_id, baseline


def open_dialogue(page: Page, run_id: int) -> None:
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="Continue…").click()
    expect(page.get_by_label(STEPS)).to_be_visible()


def test_a_run_and_its_baseline_go_on_and_are_marked(page: Page, stage: ApiDriver) -> None:
    run_id, baseline = pair(stage)
    open_dialogue(page, run_id)
    steps, cost = page.get_by_label(STEPS), page.get_by_test_id("continuation-cost")
    steps.fill("5")
    expect(page.get_by_text("At least 4,096 are needed")).to_be_visible()
    expect(page.get_by_role("button", name="Continue the run")).to_be_disabled()
    steps.fill("8192")
    expect(cost).to_contain_text("From 160 k to 168 k steps")
    page.get_by_label(f"Also continue run {baseline}").check()
    expect(cost).to_contain_text("16.4 k in 2 runs")
    page.get_by_role("button", name="Continue 2 runs").click()

    expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "generalist")
    expect(page.get_by_test_id("continuation")).to_contain_text("the budget was decided after the result was seen")
    expect(page.get_by_test_id("continuation")).to_contain_text(re.compile(r"\+8,192 steps, .* by owner"))
    expect(page.get_by_label("Phases")).to_contain_text("Continued")
    assert [stage.get(f"/runs/{one}")["continued_steps"] for one in (run_id, baseline)] == [8192, 8192]
    for one in (run_id, baseline):
        stage.play(one, BETTER)
    expect(page.get_by_test_id("continuation")).to_contain_text("Score before 0.30, after it 0.70")
    page.goto("/runs?search=Two arms")
    expect(page.get_by_test_id("continued")).to_have_count(2)


def test_one_that_is_left_behind_is_named_and_what_cannot_go_on_is_explained(page: Page, stage: ApiDriver) -> None:
    run_id, baseline = pair(stage)
    stage.post(f"/runs/{run_id}/continue", {"steps": 8192})
    stage.play(run_id, BETTER)
    open_dialogue(page, run_id)
    expect(page.get_by_role("dialog")).to_contain_text(f"Run {baseline} (generalist) is behind by 8,192 steps")
    page.get_by_label(STEPS).fill("9000000000000")
    page.get_by_role("button", name="Continue the run").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("1000000000000")
    stage.post(f"/runs/{run_id}/continue", {"steps": 4096})
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"/runs/{baseline}")
    expect(page.get_by_role("button", name="Continue…")).to_be_visible()
    page.goto(f"/runs/{run_id}")
    expect(page.get_by_test_id("continuation")).to_have_count(2)
    expect(page.get_by_role("button", name="Continue…")).to_have_count(0)
