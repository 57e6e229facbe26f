"""Links in a real browser, by people who have no account: one decides a gate, others show a run or an experiment."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import Complaints, choose


@pytest.fixture
def phone(browser: Browser, stage: ApiDriver) -> Iterator[Page]:
    """Nobody is signed in."""
    context = browser.new_context(base_url=stage.address, viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints = Complaints()
    complaints.listen(page)
    yield page
    context.close()
    assert complaints.texts == []


def place(url: str) -> str:
    """The link below the address of the test's server."""
    return "/" + url.split("/", 3)[3]


def test_a_gate_is_decided_on_a_phone_with_the_link_of_its_page(page: Page, phone: Page, stage: ApiDriver) -> None:
    run = stage.at_the_gate(
        name="decide me", config={"gate": {"mode": "ask", "deadline_hours": 5, "at_deadline": "reject"}}
    )
    page.goto(f"/runs/{run}?tab=gate")
    expect(page.get_by_test_id("deadline")).to_contain_text("the run ends without specialists")
    page.get_by_role("button", name="Create a link").click()
    link = page.get_by_test_id("secret").inner_text()
    phone.goto(place(link))
    expect(phone.get_by_role("heading", name="decide me")).to_be_visible()
    expect(phone.get_by_test_id("deadline")).to_contain_text("4 h 59 min left")
    assert stage.get(f"/runs/{run}/gate")["status"] == "open"
    phone.get_by_label("Reason").fill("from the train")
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("heading", name="Specialists approved")).to_be_visible()
    gate = stage.get(f"/runs/{run}/gate")
    assert (gate["decided_by"], gate["reason"]) == ("link made by owner", "from the train")
    phone.reload()
    expect(phone.get_by_role("alert")).to_contain_text("it works once")


def test_a_link_shows_a_run_and_nothing_that_changes_it(page: Page, phone: Page, stage: ApiDriver) -> None:
    run = stage.at_the_gate(name="look at me")
    page.goto(f"/runs/{run}")
    choose(page, "Share")
    page.get_by_label("For whom").fill("reviewers")
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_test_id("secret").inner_text()
    phone.goto(place(link))
    expect(phone.get_by_role("heading", name="look at me")).to_be_visible()
    expect(phone.locator(".js-plotly-plot").first).to_be_visible()
    views = phone.get_by_role("combobox", name="View")
    assert "Jobs and logs" not in views.inner_text()
    views.select_option("Gate")
    expect(phone.get_by_role("table", name="Fresh evaluation")).to_be_visible()
    for name in ("Approve", "Cancel", "Pause", "More actions", "Create a link"):
        expect(phone.get_by_role("button", name=name)).to_have_count(0)
    assert phone.get_by_role("link").count() == 0
    page.get_by_role("button", name="Revoke reviewers").click()
    page.get_by_role("dialog", name="Revoke reviewers?").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked just now")).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("alert")).to_contain_text("was revoked")


def test_a_link_shows_an_experiment_s_comparison(phone: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "two arms"}, 201)["id"]
    run = stage.launch(experiment_id=experiment, config={"arm": "generalist"})
    stage.play(run, [0.1, 0.4, 0.3, 0.2])
    link = stage.post(f"/experiments/{experiment}/links", {}, 201)["url"]
    phone.goto(place(link))
    expect(phone.get_by_role("heading", name="two arms")).to_be_visible()
    expect(phone.get_by_role("table", name="Arms")).to_contain_text("generalist")
    assert phone.get_by_role("link").count() == 0
