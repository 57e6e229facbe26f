"""Comparing runs of two experiments in a real browser: groups, pair, files, Python, and a link that shows the same."""

import gzip
import json
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze"
FIGURES = ("arm_curves", "arm_scores", "performance_profile", "variation_differences", "variation_scatter")


@pytest.fixture(scope="module")
def experiments(stage: ApiDriver) -> list[int]:
    """With two runs each; the arm of the second has a name that looks like markup."""
    made = []
    for name, source, arm in (("With guide", "dapg", "dapg"), ("Without", "generalist", "lr<3e-4>fast")):
        experiment = stage.post("/experiments", {"name": name}, 201)["id"]
        for seed in (7, 8):
            record = json.loads(gzip.decompress((RESULTS / f"forkmaze-{source}-{seed}.json.gz").read_bytes()))
            record |= {"name": f"{name}, seed {seed}", "arm_name": arm}
            stage.ask("POST", "/runs/import", 201, json=record, params={"experiment_id": experiment})
        made.append(experiment)
    return made


def test_experiments_are_compared_saved_and_shared(page: Page, stage: ApiDriver, experiments: list[int]) -> None:
    page.goto(f"/experiments/{experiments[0]}")
    page.get_by_role("link", name="Compare with").click()
    page.get_by_role("combobox", name="Add a run or an experiment").fill("Without")
    page.get_by_role("option", name="Without (experiment").click()
    table = page.get_by_role("table", name="Groups", exact=True)
    expect(table.get_by_role("row", name="lr<3e-4>fast")).to_contain_text("±")
    for figure in FIGURES:
        drawn = page.get_by_test_id(f"figure-{figure}")
        expect(drawn.locator(".main-svg").first).to_be_visible()
        expect(drawn).to_contain_text("lr<3e-4>fast")
    the_table_and_a_figure_are_saved(page)
    page.get_by_role("combobox", name="Groups by").click()
    page.get_by_role("option", name="Each run by itself").click()
    expect(table.get_by_role("row")).to_have_count(5)
    page.get_by_role("button", name="Leave out With guide, seed 8").click()
    expect(table.get_by_role("row")).to_have_count(4)
    a_link_shows_the_same(page)


def the_table_and_a_figure_are_saved(page: Page) -> None:
    page.get_by_role("button", name="Save: Table").click()
    with page.expect_download() as table:
        page.get_by_role("menuitem", name="LaTeX").click()
    assert r"lr\textless{}3e-4\textgreater{}fast" in table.value.path().read_text()
    page.get_by_role("button", name="Save: Training curves").click()
    with page.expect_download() as figure:
        page.get_by_role("menuitem", name="SVG").click()
    assert figure.value.suggested_filename == "training-curves.svg"
    assert "lr<3e-4>fast" in unescape(figure.value.path().read_text())
    page.get_by_role("button", name="Save: Training curves").click()
    page.get_by_role("menuitem", name="Python").click()
    expect(page.get_by_test_id("notebook-lines")).to_contain_text("comparison_figure('arm_curves'")
    page.keyboard.press("Escape")


def a_link_shows_the_same(page: Page) -> None:
    page.get_by_text("Critical path", exact=True).click()
    curves = page.get_by_test_id("figure-arm_curves")
    expect(curves).to_contain_text("critical path")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_test_id("figure-arm_curves")).to_contain_text("critical path")
    expect(other.get_by_role("table", name="Groups", exact=True).get_by_role("row")).to_have_count(4)
    expect(other.get_by_role("combobox", name="Groups by")).to_have_value("Each run by itself")
    other.close()


def test_what_cannot_be_compared_is_said(page: Page, stage: ApiDriver, experiments: list[int]) -> None:
    page.goto("/compare?runs=987654")
    expect(page.get_by_role("alert", name="Not found")).to_contain_text("Run 987654 does not exist")
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_role("heading", name="Nothing chosen yet")).to_be_visible()
    run = stage.launch(name="Not there yet")
    page.goto(f"/compare?runs={run}&experiments={experiments[0]}")
    row = page.get_by_role("table", name="Groups", exact=True).get_by_role("row").filter(has_text="1 running")
    expect(row).to_be_visible()
    expect(page.get_by_text("have no task in common").first).to_be_visible()
    stage.post(f"/runs/{run}/cancel")
