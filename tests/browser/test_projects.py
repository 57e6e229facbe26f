"""Projects in a real browser: made, filled with people and runs, and lists narrowed to one."""

import httpx
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver

PASSWORD = "a long password"


def test_a_project_is_made_and_a_run_launched_and_moved(stage: ApiDriver, page: Page) -> None:
    secret = stage.post("/invitations", {"role": "member"}, 201)["secret"]
    with httpx.Client(base_url=stage.address, trust_env=False) as nobody:
        joined = {"secret": secret, "name": "paula", "password": PASSWORD}
        assert nobody.post("/api/v1/invitations/accept", json=joined).status_code == 201
    page.goto("/projects")
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Maze paper")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="Maze paper")).to_be_visible()
    page.get_by_label("Account").fill("paula")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Remove paula")).to_be_visible()
    page.get_by_label("Running jobs").fill("0")
    page.get_by_role("button", name="Save quota").click()
    expect(page.get_by_text("0 of 0")).to_be_visible()
    page.goto("/runs/new?preset=forkmaze-quick")
    page.get_by_role("combobox", name="Project").click()
    page.get_by_role("option", name="Maze paper").click()
    page.get_by_test_id("launch").click()
    chosen = page.get_by_role("button", name="Project Maze paper")
    expect(chosen).to_be_visible()
    project = next(one for one in stage.get("/projects") if one["name"] == "Maze paper")
    page.goto(f"/runs?project={project['id']}")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    run = stage.get("/runs", project_id=project["id"])["items"][0]["id"]
    page.goto(f"/runs/{run}")
    expect(page.get_by_text("queued, waiting for the quota of the project Maze paper")).to_be_visible()
    chosen.click()
    page.locator(".mantine-Popover-dropdown .mantine-InputClearButton-root").click()
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("button", name="No project")).to_be_visible()
    assert stage.get(f"/runs/{run}")["project_id"] is None
