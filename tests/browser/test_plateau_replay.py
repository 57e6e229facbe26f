"""Replaying the plateau: the sentence follows the settings, by keyboard too, and the curve marks what was found."""

import gzip
import json

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.product import ROOT

RECORD = ROOT / "benchmarks" / "results" / "gsl_procgen" / "coinrun-generalist-3.json.gz"


def test_a_longer_window_fires_later_or_not_at_all(page: Page, stage: ApiDriver) -> None:
    run_id = stage.post("/runs/import", json.loads(gzip.decompress(RECORD.read_bytes())), 201)["id"]
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
