"""Experiments in a real browser: arms x seeds from the form to the comparison, and a run's baseline in one click."""

import json

import httpx
from playwright.sync_api import Page, expect

from tests.backend.api_driver import OWNER, ApiDriver
from tests.browser.conftest import choose

TINY = {"budget": {"total_steps": 8192}, "arm": "generalist"}
SCORES = {"usual step": (0.7, 0.9), "small step": (0.2, 0.4)}


def test_arms_and_seeds_are_launched_together_and_compared(page: Page, stage: ApiDriver) -> None:
    begin_the_experiment(page, "Does a smaller step learn?")
    choose_by_search(page, "quick maze")
    share_as_json(page)
    name_the_arms(page)
    page.get_by_label("Seeds", exact=True).fill("0-1")
    expect(page.get_by_test_id("product")).to_contain_text("4 runs")
    page.get_by_role("button", name="Launch 4 runs").click()

    expect(page.get_by_role("heading", name="Does a smaller step learn?")).to_be_visible()
    runs = page.get_by_role("table", name="Runs by arm and seed")
    expect(runs.get_by_test_id("run-status")).to_have_count(4)
    experiment = int(page.url.rsplit("/", 1)[1].split("?")[0])
    for run in stage.get("/runs", experiment_id=experiment)["items"]:
        score = SCORES[run["arm_name"]][run["seed"]]
        stage.play(run["id"], [score] * 4)
    for badge in runs.get_by_test_id("run-status").all():
        expect(badge).to_have_attribute("data-status", "succeeded")
    the_comparison_is_full(page)


def test_a_baseline_takes_one_click(page: Page, stage: ApiDriver) -> None:
    run = stage.launch(name="Compared in one click")
    page.goto(f"/runs/{run}")
    choose(page, "Launch baseline")
    page.get_by_role("main").get_by_test_id("comparison").click()
    runs = page.get_by_role("table", name="Runs by arm and seed")
    expect(runs.get_by_test_id("run-status")).to_have_count(2)
    baseline = stage.get(f"/runs/{run}")["baseline_id"]
    runs.locator(f"a[href='/runs/{baseline}']").click()
    expect(page.get_by_role("main").locator(f"a[href='/runs/{run}']")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menuitem", name="Compare with")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Launch baseline")).to_have_count(0)
    for each in (run, baseline):
        stage.post(f"/runs/{each}/cancel")


def test_an_experiment_is_renamed_and_deleted(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "A first name"}, 201)["id"]
    page.goto(f"/experiments/{experiment}")
    page.get_by_role("button", name="Rename experiment").click()
    page.get_by_label("Name of the experiment").fill("lr<3e-4>fast")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_role("heading", name="lr<3e-4>fast")).to_be_visible()
    assert stage.get(f"/experiments/{experiment}")["name"] == "lr<3e-4>fast"
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete the experiment").click()
    expect(page.get_by_role("heading", name="Experiments", exact=True)).to_be_visible()
    stage.get(f"/experiments/{experiment}", 404)


def test_an_unknown_experiment_leads_back(page: Page) -> None:
    page.goto("/experiments/999999")
    page.get_by_role("main").locator("a[href='/experiments']").click()
    expect(page.get_by_role("heading", name="Experiments", exact=True)).to_be_visible()


def begin_the_experiment(page: Page, name: str) -> None:
    page.goto("/experiments")
    page.get_by_role("button", name="New experiment").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("dialog").locator("[type=submit]").click()
    expect(page.get_by_role("heading", name="Launch arms and seeds")).to_be_visible()


def choose_by_search(page: Page, words: str) -> None:
    """Enter takes the first preset found."""
    search = page.get_by_role("textbox", name="Search presets")
    search.fill("no preset is called so")
    expect(page.get_by_test_id("presets").get_by_role("radio")).to_have_count(0)
    search.fill(words)
    quick = page.get_by_role("radio", name="Fork maze, quick look")
    expect(quick).to_be_visible()
    search.press("Enter")
    expect(quick).to_be_checked()
    assert "preset=forkmaze-quick" in page.url


def share_as_json(page: Page) -> None:
    shared = page.get_by_role("button", name="Shared settings")
    shared.click()
    page.get_by_text("JSON", exact=True).click()
    changes = page.get_by_label("Changes as JSON")
    changes.fill('{"budget": ')
    expect(changes).to_have_attribute("aria-invalid", "true")
    changes.fill(json.dumps(TINY))
    expect(changes).not_to_have_attribute("aria-invalid", "true")
    expect(shared).to_contain_text("2 changes")
    shared.click()


def name_the_arms(page: Page) -> None:
    """The second arm gets a smaller step through the same inputs as a run's; a wrong one is shown at its field."""
    page.get_by_label("Arm name").first.fill("usual step")
    page.get_by_role("button", name="Remove arm generalist").click()
    page.get_by_role("button", name="Add arm").click()
    page.get_by_label("Arm name").nth(1).fill("small step")
    arm = page.get_by_role("region", name="Arm small step")
    arm.get_by_role("button", name="Change").click()
    arm.get_by_role("button", name="Learner PPO").click()
    step = arm.get_by_label("Learning rate", exact=True).filter(visible=True)
    step.fill("7")
    expect(step).to_have_attribute("aria-invalid", "true")
    step.fill("0.0001")
    expect(step).not_to_have_attribute("aria-invalid", "true")
    expect(arm.get_by_text("learner.learning_rate: 0.0001")).to_be_visible()


def the_comparison_is_full(page: Page) -> None:
    arms = page.get_by_role("table", name="Arms", exact=True)
    for name in ("usual step", "small step"):
        row = arms.get_by_role("row", name=name)
        expect(row.get_by_role("cell").first).to_have_text("2")
        expect(row).to_contain_text("±")
    pairs = page.get_by_role("table", name="Pairs of arms")
    expect(pairs.get_by_role("row").nth(1)).to_contain_text("%")
    listed = httpx.get(
        page.url.replace("/experiments", "/api/v1/experiments").split("?")[0] + "/figures", headers=OWNER
    ).json()
    for figure in listed:
        drawn = page.get_by_test_id(f"figure-{figure['name']}")
        expect(drawn.locator(".main-svg").first).to_be_visible(timeout=15_000)
