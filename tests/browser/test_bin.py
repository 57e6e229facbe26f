"""The bin in a real browser: what was deleted is restored, or goes for good."""

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


def test_a_run_is_restored_and_an_experiment_goes_for_good(stage: ApiDriver, page: Page) -> None:
    run = stage.cancelled(name="Back again")
    experiment = stage.post("/experiments", {"name": "Never again"}, 201)["id"]
    stage.ask("DELETE", f"/runs/{run}", 204)
    page.goto(f"/experiments/{experiment}")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the experiment").click()
    expect(page.get_by_role("heading", name="Experiments", exact=True)).to_be_visible()
    expect(page.get_by_text("Never again")).to_have_count(0)
    page.get_by_label("Signed in as owner").click()
    page.get_by_role("menuitem", name="Bin").click()
    page.get_by_role("button", name="Restore Back again").click()
    expect(page.get_by_role("button", name="Restore Back again")).to_have_count(0)
    page.get_by_role("button", name="Delete for good: Never again").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("button", name="Restore Never again")).to_have_count(0)
    page.goto(f"/runs/{run}")
    expect(page.get_by_role("heading", name="Back again")).to_be_visible()
    assert stage.get("/bin")["total"] == 0
