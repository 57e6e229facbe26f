"""By keyboard alone: launch a run, approve its gate, step through a list, find and go."""

import re

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


def test_a_run_is_launched_and_its_gate_approved_by_keyboard_alone(page: Page, stage: ApiDriver) -> None:
    page.goto("/experiments")
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    page.keyboard.press("Control+k")
    search = page.get_by_role("textbox", name="Search and commands")
    expect(search).to_be_focused()
    page.keyboard.type("quick preset")
    expect(page.get_by_text("New run from the quick preset")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Launch run").first).to_be_enabled()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    assert stage.get(f"/runs/{page.url.rpartition('/')[2]}")["status"] == "queued"

    waiting = stage.at_the_gate()
    page.goto(f"/runs/{waiting}?tab=gate")
    approve = page.get_by_role("button", name="Approve")
    expect(approve).to_be_enabled()
    page.get_by_label("Reason").focus()
    page.keyboard.type("a fast one")  # letters in a field do nothing else
    expect(page.get_by_label("Reason")).to_have_value("a fast one")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    expect(approve).to_be_focused()
    assert stage.get(f"/runs/{waiting}")["status"] == "awaiting_approval"
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("run-status").first).to_have_attribute("data-status", "specialists")


def test_keys_step_through_a_list_and_from_run_to_run(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Stepped through"}, 201)["id"]
    first, second = (stage.launch(experiment_id=experiment, name=f"step {n}", config={"seed": n}) for n in range(2))
    page.goto(f"/experiments/{experiment}")
    links = page.get_by_role("main").locator(f"a[href$='/runs/{first}'], a[href$='/runs/{second}']")
    expect(links.nth(1)).to_be_visible()
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="step 0")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="step 1")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="step 0")).to_be_visible()


def test_the_search_finds_and_the_help_tells(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Unheard of"}, 201)["id"]
    run = stage.launch(name="lr<3e-4>fast")
    page.goto("/runs")
    page.get_by_role("button", name="Search and commands").click()
    page.keyboard.type("3e-4>")
    expect(page.get_by_role("dialog").get_by_text("lr<3e-4>fast")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{run}")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("unheard")
    page.get_by_role("dialog").get_by_text("Unheard of").click()
    page.wait_for_url(f"**/experiments/{experiment}")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Next run of the list")
    page.keyboard.press("g")  # a dialogue is open
    page.keyboard.press("w")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/workers")
