"""Replaying the plateau: the sentence follows the settings, by keyboard too, and the curve marks what was found."""

import gzip
import json

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.product import ROOT

RESULTS = ROOT / "benchmarks" / "results" / "gsl_procgen"


def imported(stage: ApiDriver, name: str) -> int:
    record = json.loads(gzip.decompress((RESULTS / f"{name}.json.gz").read_bytes()))
    return int(stage.post("/runs/import", record, 201)["id"])


def test_a_longer_window_fires_later_or_not_at_all(page: Page, stage: ApiDriver) -> None:
    run_id = imported(stage, "coinrun-generalist-3")
    found = [stage.get(f"/runs/{run_id}/plateau-replay", window=window)["detections"] for window in (11, 122)]
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="Replay the plateau").click()
    section = page.get_by_role("region", name="Plateau replay")
    said = section.get_by_role("status")
    expect(said).to_contain_text(f"epoch {found[0][0]['detected_epoch']},")
    expect(said).to_contain_text("rose later")
    curve = page.get_by_test_id("figure-learning_curve")
    expect(curve.get_by_text("tried")).to_be_visible()
    window = section.get_by_role("slider", name="Window")
    window.focus()
    window.press("End")
    expect(section.get_by_text("122 epochs")).to_be_visible()
    assert found[1] == []
    expect(curve.get_by_text("tried")).to_have_count(0)
    section.get_by_role("button", name="Save").click()
    page.get_by_role("menuitem", name="Make them a policy's condition").click()
    expect(page.get_by_label("Window, epochs")).to_have_value("122")
    page.get_by_role("button", name="Try on past gates").click()
    expect(page.get_by_test_id("dry-run")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Replay the plateau").click()
    window.focus()
    window.press("End")
    section.get_by_role("button", name="Save").click()
    page.get_by_role("menuitem", name="Launch with these settings").click()
    expect(page.get_by_text("With the plateau that was tried")).to_be_visible()
    expect(page.get_by_text("a window of 122 epochs")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Replay the plateau").click()
    section.get_by_role("button", name="As in the run").click()
    expect(curve.get_by_text("tried")).to_be_visible()


def test_what_was_tried_is_kept_as_a_default_and_begins_a_launch(page: Page, stage: ApiDriver) -> None:
    run_id = imported(stage, "coinrun-generalist-4")
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="Replay the plateau").click()
    section = page.get_by_role("region", name="Plateau replay")
    window = section.get_by_role("slider", name="Window")
    window.focus()
    window.press("End")
    section.get_by_role("button", name="Defaults").click()
    page.get_by_role("menuitem", name="Keep these settings…").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("As long as can be")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    [default] = [one for one in stage.get("/plateau-defaults") if one["name"] == "As long as can be"]
    assert default["settings"]["window"] == 122
    section.get_by_role("button", name="As in the run").click()
    section.get_by_role("button", name="Defaults").click()
    page.get_by_role("menuitem", name="As long as can be").click()
    expect(section.get_by_text("122 epochs")).to_be_visible()

    page.goto("/runs/new?preset=forkmaze")
    page.get_by_role("button", name="Plateau").click()
    page.get_by_role("button", name="Defaults").click()
    page.get_by_role("menuitem", name="As long as can be").click()
    expect(page.get_by_role("textbox", name="Window")).to_have_value("122 epochs")
