"""The wall of metrics in a real browser: search, pins, smoothing, linked cursors, other runs, and lazy drawing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver, epoch, started

METRICS = {"entropy": 1.0, "policy_loss": 0.5, "value_loss": 2.0} | {f"probe {number}": 1.0 for number in range(30)}


@pytest.fixture(scope="module")
def runs(stage: ApiDriver) -> list[int]:
    return [trained(stage, name) for name in ("first", "lr<3e-4>fast")]


def trained(stage: ApiDriver, name: str) -> int:
    run_id = stage.launch(name=name)
    stage.claim(job := stage.job(run_id))
    grown = [{key: value * number for key, value in METRICS.items()} for number in range(1, 7)]
    taken = {"system_memory": 1.5, "system_memory_peak": 2.0, "system_processor": 0.9}
    reports = [epoch(number, metrics=each, system=taken) for number, each in enumerate(grown, start=1)]
    stage.report(job, started(), *reports)
    return run_id


def test_only_what_is_seen_is_drawn_and_cursors_are_linked(page: Page, runs: list[int]) -> None:
    page.goto(f"/runs/{runs[0]}?tab=training")
    drawn, cards = page.locator("[data-testid^=metric-] .js-plotly-plot"), page.locator("[data-testid^=metric-]")
    expect(drawn.first).to_be_visible()
    expect(cards).to_have_count(len(METRICS) + 6)
    assert drawn.count() < len(METRICS) / 2
    page.get_by_test_id("metric-entropy").locator(".nsewdrag").hover()
    machine = page.get_by_role("region", name="The machine")
    for title in ("Processor (cores)", "Memory (GiB)", "Peak memory (GiB)"):
        expect(machine.get_by_text(title, exact=True)).to_be_visible()
    for name in ("entropy", "policy_loss", "value_loss"):
        expect(page.get_by_test_id(f"metric-{name}").locator(".hoverlayer .hovertext")).to_be_visible()


def test_a_search_and_pins_are_in_the_address_and_pins_stay(page: Page, runs: list[int]) -> None:
    page.goto(f"/runs/{runs[0]}?tab=training")
    page.get_by_role("button", name="Pin Entropy").click()
    pinned = page.get_by_role("region", name="Pinned")
    expect(pinned.get_by_test_id("metric-entropy")).to_be_visible()
    expect(page).to_have_url(re.compile("pin=entropy"))
    page.get_by_role("searchbox", name="Search metrics").fill("LOSS value")
    expect(page.locator("[data-testid^=metric-]")).to_have_count(1)
    expect(page).to_have_url(re.compile("find=LOSS"))
    page.goto(f"/runs/{runs[1]}?tab=training")
    expect(pinned.get_by_test_id("metric-entropy")).to_be_visible()


def test_runs_are_laid_over_one_another_and_smoothed(page: Page, runs: list[int]) -> None:
    page.goto(f"/runs/{runs[0]}?tab=training&with={runs[1]}")
    legend = page.get_by_role("list", name="Runs")
    expect(legend.get_by_text("lr<3e-4>fast", exact=True)).to_be_visible()
    chart = page.get_by_test_id("metric-entropy").locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(2)
    slider = page.get_by_role("slider", name="Smoothing")
    slider.focus()
    slider.press("End")
    expect(page.get_by_text("Smoothing: the last 1,000 epochs")).to_be_visible()
    page.wait_for_function("plot => plot._fullData?.[0].y[5] < 4", arg=chart.element_handle())
    page.goto(f"/runs/{runs[0]}?tab=training&with=99999")
    expect(page.get_by_text("there is no run 99999")).to_be_visible()
