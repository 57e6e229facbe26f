"""What a run is made with, what of it another run differs in, and the tables of both, in a real browser."""

import zipfile

from playwright.sync_api import Page, expect

from tests.backend.api.test_provenance import made_with, running, source
from tests.backend.api_driver import ApiDriver, started


def test_a_run_shows_what_it_is_made_with_and_in_what_another_differs(stage: ApiDriver, page: Page) -> None:
    changed = source(package="lab", changed=["lab.py"], difference="+REWARD = 2", note="Something was left out.")
    one, _ = running(stage, started(), made_with(sources=[source(), changed]))
    other, _ = running(stage, started(), made_with(packages={"torch": "2.12.0", "numpy": "1.26.4"}))
    page.goto(f"/runs/{one}?tab=configuration")
    panel = page.get_by_role("region", name="Made with")
    expect(panel).to_contain_text("commit abc, no uncommitted changes")
    panel.get_by_text("1 uncommitted change").click()
    expect(panel.get_by_text("+REWARD = 2")).to_be_visible()
    panel.get_by_text("2 packages").click()
    expect(panel.get_by_text("numpy 1.26.4, torch 2.13.0")).to_be_visible()
    panel.get_by_label("Compare with run").fill(str(other))
    differences = panel.get_by_role("table", name=f"Differences from run {other}")
    expect(differences.get_by_role("row", name="Package torch 2.13.0 2.12.0")).to_be_visible()
    expect(differences).not_to_contain_text("numpy")
    panel.get_by_label("Compare with run").fill("999999")
    expect(panel.get_by_role("alert")).to_contain_text("Run 999999 does not exist")


def test_tables_are_downloaded_while_the_run_goes_on(stage: ApiDriver, page: Page) -> None:
    run_id, _ = running(stage, started(), made_with())
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menuitem", name="Record")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV").click()
    assert download.value.suggested_filename == f"run-{run_id}-csv.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert b"generalist-1" in archive.read("jobs.csv")


def test_what_is_stored_is_shown(stage: ApiDriver, page: Page) -> None:
    _, job = running(stage, started(), made_with())
    stage.upload(job, b"policy" * 500_000)
    page.goto("/workers")
    panel = page.get_by_role("region", name="Storage")
    expect(panel).to_contain_text("Every checkpoint is kept.")
    expect(panel).to_contain_text("Database")
    expect(panel).to_contain_text("Checkpoints")
    expect(panel).to_contain_text("3.0 MB")


def test_a_webhook_is_added_tested_and_deleted(stage: ApiDriver, page: Page) -> None:
    page.goto("/workers")
    panel = page.get_by_role("region", name="Webhooks")
    panel.get_by_role("button", name="Add").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("URL").fill("http://10.0.0.1/hook")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("private address")
    dialog.get_by_label("URL").fill("https://chat.example.org/hooks/9f3c")
    dialog.get_by_label("Run ended").uncheck()
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_text("whsec_")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    row = panel.get_by_role("region", name="https://chat.example.org")
    expect(row).to_contain_text("Approval needed, Run failed, Worker lost · Slack")
    row.get_by_role("button", name="Test").click()
    expect(row).to_contain_text("1 message waiting")
    assert "9f3c" not in page.content()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(panel).to_contain_text("Nobody is told yet.")
    assert stage.get("/webhooks") == []
