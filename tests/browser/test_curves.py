"""Curves at the paper's size, in a real browser: branches, many specialists, ticks, ends of axes, toolbar, names."""

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.browser.conftest import opened
from tests.browser.many_specialists import SPECIALISTS, many_specialists
from tests.browser.plot import click_point

MARKUP = "lr<3e-4>fast"
LAYOUT = "figure => figure.querySelector('.js-plotly-plot')._fullLayout"
LINES = """figure => figure.querySelector('.js-plotly-plot')._fullData
    .map(({name, x, y}) => ({name, x: Array.from(x ?? []).filter(Number.isFinite)}))"""


@pytest.fixture(scope="module")
def run_id(stage: ApiDriver) -> int:
    return many_specialists(stage, name=MARKUP)


def shown(page: Page, name: str, path: str) -> Locator:
    page.goto(path)
    figure = page.get_by_test_id(f"figure-{name}")
    expect(figure.locator(".main-svg").first).to_be_visible()
    return figure


def spans(figure: Locator) -> dict[str, tuple[float, float]]:
    """From where to where each line goes, by its name."""
    lines: list[dict[str, Any]] = figure.evaluate(LINES)
    return {line["name"]: (min(line["x"]), max(line["x"])) for line in lines if line["x"]}


@pytest.mark.parametrize(("choice", "factor"), [("Total steps", SPECIALISTS), ("Critical path", 1)])
def test_specialists_go_from_their_branch_to_fine_tuning(page: Page, run_id: int, choice: str, factor: int) -> None:
    figure = shown(page, "learning_curve", f"/runs/{run_id}")
    page.get_by_text(choice, exact=True).click()
    title = "critical path" if factor == 1 else "steps of the run"
    expect(figure.locator(".xtitle")).to_contain_text(title)
    of = spans(figure)
    end = figure.evaluate(f"figure => ({LAYOUT})(figure).xaxis.range[1]")
    median = of[f"Median of {SPECIALISTS} specialists"]
    assert median[1] - median[0] == 15 * 1024 * factor
    edges = [(0.0, 0.0), of["Generalist"], median, of["Fine-tuned"], (end, end)]
    blank = [right[0] - left[1] for left, right in itertools.pairwise(edges)]
    assert max(blank) < 0.1 * end


def test_many_specialists_are_a_band_and_a_click_shows_one_alone(page: Page, run_id: int) -> None:
    figure = shown(page, "learning_curve", f"/runs/{run_id}?axis=critical")
    legend = figure.locator(".legendtext")
    for text in (f"Median of {SPECIALISTS} specialists", "Best: 14", "Worst: 1"):
        expect(legend.get_by_text(text, exact=True)).to_be_visible()
    click_point(figure, "Best: 14", -2)
    expect(legend.get_by_text("Specialist 14", exact=True)).to_be_visible()
    expect(legend.get_by_text("Best: 14")).to_have_count(0)
    assert "specialist=1-14" in page.url
    page.get_by_role("button", name="Show all specialists").first.click()
    expect(legend.get_by_text("Best: 14", exact=True)).to_be_visible()


def test_counts_have_whole_ticks_and_success_ends_at_0_and_1(page: Page, stage: ApiDriver, run_id: int) -> None:
    figure = shown(page, "variation_histogram", f"/runs/{run_id}")
    expect(figure.locator(".ytick text").first).to_be_visible()
    ticks = figure.locator(".ytick text").all_text_contents()
    assert len(ticks) == len(set(ticks)) > 1
    assert all(re.fullmatch(r"\d+", tick) for tick in ticks)
    success = stage.at_the_gate()
    figure = shown(page, "learning_curve", f"/runs/{success}")
    assert figure.evaluate(f"figure => ({LAYOUT})(figure).yaxis.range") == [0, 1]
    figure = shown(page, "variation_histogram", f"/runs/{success}")
    expect(figure.locator(".xtick text").get_by_text("100%")).to_be_visible()
    assert figure.evaluate(f"figure => ({LAYOUT})(figure).xaxis.range") == [0, 1]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_toolbar_covers_no_data(page: Page, run_id: int, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name, tab in (
        ("learning_curve", "overview"),
        ("variation_histogram", "overview"),
        ("specialists", "specialists"),
    ):
        figure = shown(page, name, f"/runs/{run_id}?tab={tab}")
        figure.scroll_into_view_if_needed()
        figure.locator(".nsewdrag").first.hover(force=True)
        toolbar = figure.locator(".modebar").first.bounding_box()
        plot = figure.locator(".main-svg").first.bounding_box()
        assert toolbar is not None
        assert plot is not None
        assert toolbar["height"] > 10
        assert toolbar["y"] + toolbar["height"] <= plot["y"]


def test_names_with_markup_are_shown_as_they_are(browser: Browser, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": MARKUP}, 201)["id"]
    for name in (MARKUP, "<i>slow</i>"):
        run = stage.launch(experiment_id=experiment, config={"arm": "generalist"}, arm_name=name)
        stage.play(run, [0.2, 0.4, 0.6, 0.8])
    for page in opened(browser, stage.address):
        figures = stage.get(f"/experiments/{experiment}/figures")
        page.goto(f"/experiments/{experiment}")
        for name in (figure["name"] for figure in figures if figure["ready"]):
            expect(page.get_by_test_id(f"figure-{name}")).to_contain_text(MARKUP)
