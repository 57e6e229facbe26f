"""A run whose configuration the server can no longer read, in a real browser: its views open, nothing is offered."""

from typing import Any

from fastapi import FastAPI
from playwright.sync_api import Page, expect

from gsl.backend.db.models import Run
from tests.backend.api_driver import ApiDriver

REFUSED = ("Pause", "Launch baseline", "Start from this run", "Approve specialists")


def test_a_read_only_run_says_why_and_offers_only_what_works(page: Page, stage: ApiDriver, stage_app: FastAPI) -> None:
    run_id = stage.at_the_gate(name="From other code")
    raw = lose_its_suite(stage_app, run_id)
    page.goto(f"/runs/{run_id}?tab=gate")
    expect(page.get_by_test_id("read-only")).to_contain_text("config.suite.name: unknown suite 'gridworld'")
    expect(page.get_by_test_id("open-gate")).to_be_visible()
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menuitem", name="Compare with")).to_be_visible()
    for name in REFUSED:
        expect(page.get_by_role("button", name=name).or_(page.get_by_role("menuitem", name=name))).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Configuration").click()
    expect(page.get_by_test_id("raw-configuration")).to_contain_text(f'"name": "{raw["suite"]["name"]}"')
    for name, text in (("Overview", "Learning curve"), ("Jobs and logs", "evaluation-1"), ("Events", "gate opened")):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel")).to_contain_text(text)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "cancelled")


def lose_its_suite(app: FastAPI, run_id: int) -> dict[str, Any]:
    """As if the package of its suite were gone; returns the configuration that is now stored."""
    with app.state.services.database.write() as session:
        run = session.get_one(Run, run_id)
        raw: dict[str, Any] = {**run.config, "suite": {**run.config["suite"], "name": "gridworld"}}
        run.config = raw
    return raw
