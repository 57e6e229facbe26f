"""Gates in a real browser: what a launch says about waiting, many approvals at once, edits that are kept."""

import json

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


def test_a_launch_says_how_many_runs_will_wait(staged: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Who waits?"}, 201)["id"]
    staged.goto(f"/experiments/{experiment}/launch?preset=forkmaze-quick")
    waits = staged.get_by_test_id("waits-for-you")
    expect(waits).to_contain_text("No run will wait")
    staged.get_by_label("Seeds", exact=True).fill("0-1")
    staged.get_by_role("button", name="Shared settings").click()
    staged.get_by_text("JSON", exact=True).click()
    staged.get_by_label("Changes as JSON").fill(json.dumps({"gate": {"mode": "ask"}}))
    expect(waits).to_have_text("2 runs will wait for you at their gates.")  # not those of the baseline

    staged.goto("/runs/new?preset=forkmaze-quick")
    expect(waits).to_have_text("1 run will wait for you at its gate.")


def test_many_gates_are_approved_at_once(staged: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Many gates"}, 201)["id"]
    runs = [stage.at_the_gate(experiment_id=experiment, name=f"waiting {n}", config={"seed": n}) for n in range(3)]
    staged.goto(f"/experiments/{experiment}")
    staged.get_by_role("button", name="Approve all 3 waiting").click()
    dialog = staged.get_by_role("dialog")
    dialog.get_by_label("waiting 2").uncheck()
    stage.post(f"/runs/{runs[1]}/cancel")  # meanwhile, by somebody else
    approve = dialog.get_by_role("button", name="Approve")
    approve.click()
    expect(staged.get_by_test_id("waiting-gates")).to_contain_text("1 run is waiting")
    badges = staged.get_by_role("table", name="Runs by arm and seed").get_by_test_id("run-status")
    states = [badge.get_attribute("data-status") for badge in badges.all()]
    assert states == ["specialists", "cancelled", "awaiting_approval"]
    stage.post(f"/runs/{runs[2]}/cancel")
