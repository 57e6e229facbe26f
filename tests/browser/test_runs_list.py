"""The list of runs: a query with completion, columns, and views kept by name."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


@pytest.fixture(scope="module")
def many(stage: ApiDriver) -> list[int]:
    """More runs than are fetched at once, all of one tag."""
    return [
        stage.cancelled(name=f"listed {number:03}", tags=["listed"], config={"seed": number}) for number in range(100)
    ]


def test_a_query_is_completed_and_finds_runs(page: Page, many: list[int]) -> None:
    page.goto("/runs")
    search = page.get_by_label("Search runs")
    search.press_sequentially("se")
    page.get_by_role("option", name=re.compile("^seed")).click()
    expect(search).to_have_value("seed ")
    page.get_by_role("option", name=re.compile("^= ")).click()
    search.press_sequentially("7 tag = lis")
    page.get_by_role("option", name="listed").click()
    expect(search).to_have_value("seed = 7 tag = listed ")
    expect(page.get_by_role("link", name="listed 007")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    assert "search=seed" in page.url


def test_a_query_that_cannot_be_read_says_why_and_keeps_what_was_typed(page: Page, many: list[int]) -> None:
    page.goto("/runs")
    search = page.get_by_label("Search runs")
    search.fill("statsu = failed")
    expect(page.get_by_text("did you mean status")).to_be_visible()
    expect(search).to_have_value("statsu = failed")
    search.fill("tag = listed")
    expect(page.get_by_role("link", name="listed 099")).to_be_visible()


def test_only_what_is_in_view_exists_and_scrolling_fetches_the_rest(page: Page, many: list[int]) -> None:
    page.goto("/runs?search=tag %3D listed&sort=name&columns=seed")
    table = page.get_by_role("table", name="Runs")
    expect(page.get_by_role("link", name="listed 000")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Seed")).to_be_visible()
    assert page.get_by_role("row").count() < 40
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("link", name="listed 099")).to_be_visible()
    assert page.get_by_role("row").count() < 40
    page.evaluate("window.scrollTo(0, 0)")
    table.get_by_role("button", name="Seed").click()
    expect(table.get_by_role("columnheader", name="Seed")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("link", name="listed 099")).to_be_visible()


def test_a_view_is_kept_and_opened(page: Page, many: list[int]) -> None:
    page.goto("/runs?search=tag %3D listed&status=cancelled&columns=learner.learning_rate&sort=seed")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Keep this view").click()
    page.get_by_label("Name").fill("Listed ones")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/runs")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name=re.compile("Listed ones")).click()
    expect(page.get_by_role("columnheader", name="learner.learning_rate")).to_be_visible()
    expect(page.get_by_label("Search runs")).to_have_value('(tag = listed) and status = "cancelled"')
    expect(page.get_by_role("link", name="listed 000")).to_be_visible()


def test_experiments_are_one_row_that_opens_to_its_runs(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Grouped runs"}, 201)["id"]
    for seed in range(2):
        stage.cancelled(name=f"grouped {seed}", experiment_id=experiment, arm_name="DAPG", config={"seed": seed})
    stage.cancelled(name="grouped alone")
    page.goto("/runs?search=name ~ grouped")
    page.get_by_role("switch", name="Group by experiment").click()
    table = page.get_by_role("table", name="Runs")
    row = table.get_by_role("row").filter(has=page.get_by_role("link", name="Grouped runs"))
    expect(row).to_contain_text("2 runs")
    expect(row).to_contain_text("DAPG")
    expect(row.get_by_test_id("run-status")).to_have_attribute("data-status", "cancelled")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("link", name="grouped alone")).to_be_visible()
    row.get_by_role("button", name="Runs of Grouped runs").click()
    expect(table.get_by_role("link", name="grouped 0")).to_be_visible()
    all_of_it = row.get_by_role("checkbox", name="Select the runs of Grouped runs")
    all_of_it.check()
    expect(page.get_by_role("toolbar", name="Chosen runs")).to_contain_text("2 runs")
    table.get_by_role("checkbox", name="Select grouped 0").uncheck()
    expect(all_of_it).to_have_js_property("indeterminate", True)
    all_of_it.check()
    expect(table.get_by_role("checkbox", name="Select grouped 0")).to_be_checked()
    all_of_it.uncheck()
    expect(page.get_by_role("toolbar", name="Chosen runs")).to_be_hidden()
    assert f"group=experiment&open={experiment}" in page.url
    page.reload()
    expect(table.get_by_role("link", name="grouped 1")).to_be_visible()
    page.get_by_role("switch", name="Group by experiment").click()
    expect(page.get_by_role("link", name="Grouped runs")).to_be_hidden()


def test_three_runs_are_chosen_tagged_archived_and_listed_again(page: Page, stage: ApiDriver) -> None:
    chosen = [stage.cancelled(name=f"bulk {number}") for number in range(4)][:3]
    page.goto("/runs?search=name ~ bulk")
    bar = page.get_by_role("toolbar", name="Chosen runs")

    def choose(last: int) -> None:
        for number in range(last):
            page.get_by_role("checkbox", name=f"Select bulk {number}").check()
        expect(bar).to_contain_text("3 runs")

    choose(3)
    bar.get_by_role("button", name="Tag").click()
    tags = page.get_by_role("combobox", name="Tags to add")
    tags.fill("chosen")
    tags.press("Enter")
    page.get_by_role("button", name="Add tags").click()
    expect(page.get_by_role("table", name="Runs").get_by_role("link", name="chosen", exact=True)).to_have_count(3)
    expect(bar).to_be_hidden()
    choose(3)
    bar.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("link", name="bulk 0")).to_be_hidden()
    expect(page.get_by_role("link", name="bulk 3")).to_be_visible()
    page.get_by_label("Search runs").fill("name ~ bulk and archived = yes")
    choose(3)
    bar.get_by_role("button", name="List again").click()
    expect(page.get_by_role("link", name="bulk 0")).to_be_hidden()
    assert {run["id"] for run in stage.get("/runs", tag="chosen")["items"]} == set(chosen)
