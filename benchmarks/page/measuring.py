"""What is measured of a page: loading, the epoch slider, scrolling, and a page on which many runs live."""

import statistics
import time
from collections.abc import Callable, Iterator

import httpx
from playwright.sync_api import Browser

from benchmarks.page.browser import CURVE, DRAWN_WITHIN_MS, ROW, TABS, Visit, visit
from benchmarks.page.simulated import HeldJob
from gsl.protocol.reports import Wire

TIMES = 5
"""Each load is repeated so often, with an empty cache; the median counts."""
SLIDES, WHEELS = 20, 60
_SLOW_FRAME_MS = 50.0
"""Three frames of a screen: what an eye sees as a halt."""
_DRAWN_AGAIN = """(name) => new Promise((resolve) => {
  const figure = document.querySelector(`[data-testid="figure-${name}"]`);
  const begun = performance.now();
  new MutationObserver((_, observer) => { observer.disconnect(); resolve(performance.now() - begun); })
    .observe(figure, { subtree: true, childList: true, attributes: true });
  const slider = figure.closest("section, .mantine-Paper-root").querySelector('[role="slider"]');
  slider.focus();
  slider.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
})"""


class Loads(Wire):
    """Milliseconds from the start of navigation, and kB (1000 bytes) as sent, compressed, without Plotly."""

    list_ms: float
    list_kb: float
    run_usable_ms: float
    first_figure_ms: float
    plotly_kb: float


class Scrolled(Wire):
    """Frames while the list of 10,000 runs is scrolled: all; those in which a row is missing; in which a row is there,
    but not yet what it says; and those that took so long that an eye sees a halt."""

    frames: int
    with_missing_rows: int
    with_waiting_rows: int
    above_50_ms: int


class Live(Wire):
    """A list on which so many runs live."""

    runs: int
    minutes: float
    list_requests_per_second: float
    heap_first_mib: float
    heap_last_mib: float


def loads(browser: Browser, address: str, token: str, run_id: int) -> Loads:
    lists, usable, figures, kb, plotly = [], [], [], 0.0, 0.0
    for _ in range(TIMES):
        with visit(browser, address, token) as seen:
            seen.page.goto("/runs", wait_until="commit")
            lists.append(seen.first_seen_ms(ROW))
            kb = sum(seen.assets.values()) / 1000
        with visit(browser, address, token) as seen:
            seen.page.goto(f"/runs/{run_id}", wait_until="commit")
            usable.append(seen.first_seen_ms(TABS))
            figures.append(seen.first_seen_ms(CURVE))
            plotly = sum(size for name, size in seen.assets.items() if name.startswith("plotly")) / 1000
    return Loads(
        list_ms=round(statistics.median(lists)), list_kb=round(kb, 1), run_usable_ms=round(statistics.median(usable)),
        first_figure_ms=round(statistics.median(figures)), plotly_kb=round(plotly, 1),
    )  # fmt: skip


def slider_ms(browser: Browser, address: str, token: str, run_id: int, tab: str) -> float:
    """From a key press at the histogram's epoch slider until its figure is drawn anew; a median."""
    with visit(browser, address, token) as seen:
        page = seen.page
        page.goto(f"/runs/{run_id}?tab={tab}")
        panel = page.get_by_test_id("figure-variation_histogram")
        panel.locator(".main-svg").first.wait_for(timeout=DRAWN_WITHIN_MS)
        page.get_by_text("At an epoch").first.click()
        page.get_by_role("slider", name="Epoch").first.wait_for()
        page.wait_for_timeout(1000)
        found = []
        for _ in range(SLIDES):
            found.append(float(page.evaluate(_DRAWN_AGAIN, "variation_histogram")))
            page.wait_for_timeout(300)
        return round(statistics.median(found), 1)


def scrolled(browser: Browser, address: str, token: str) -> Scrolled:
    """The list of runs, scrolled by a wheel at 12,000 pixels a second."""
    with visit(browser, address, token) as seen:
        seen.page.goto("/runs")
        seen.first_seen_ms(ROW)
        seen.page.mouse.move(700, 600)
        seen.page.mouse.wheel(0, 1200)  # the list fills the window from here on
        seen.page.wait_for_timeout(1000)
        seen.watch_frames()
        for _ in range(WHEELS):
            seen.page.mouse.wheel(0, 600)
            seen.page.wait_for_timeout(50)
        frames = seen.frames()[1:]
        return Scrolled(
            frames=len(frames), with_missing_rows=sum(each.empty for each in frames),
            with_waiting_rows=sum(each.waiting for each in frames),
            above_50_ms=sum(each.milliseconds > _SLOW_FRAME_MS for each in frames),
        )  # fmt: skip


def live(browser: Browser, address: str, token: str, jobs: list[HeldJob], minutes: float) -> Live:
    """Every job reports an epoch every two seconds, while one page shows the list."""
    with visit(browser, address, token) as seen:
        seen.page.goto("/runs")
        seen.first_seen_ms(ROW)
        rounds = _reporting(jobs, 60 * minutes)
        heap, asked, begun = 0.0, 0, time.monotonic()
        for seconds in rounds:
            seen.page.wait_for_timeout(50)  # lets the browser's messages in
            if heap == 0.0 and seconds >= 15 * minutes:  # a quarter: lists and their sparklines have grown by then
                heap, asked, begun = seen.heap_mib(), _lists(seen), time.monotonic()
        rate = (_lists(seen) - asked - 1) / (time.monotonic() - begun)  # n requests are n - 1 pauses apart
        return Live(
            runs=len(jobs), minutes=minutes, list_requests_per_second=round(rate, 3),
            heap_first_mib=round(heap, 1), heap_last_mib=round(seen.heap_mib(), 1),
        )  # fmt: skip


def _lists(seen: Visit) -> int:
    return sum(path.startswith("/runs?") for path in seen.requests)


def _reporting(jobs: list[HeldJob], seconds: float) -> Iterator[float]:
    """Every job in turn, so that each reports once in two seconds; yields the seconds that have passed."""
    begun, number = time.monotonic(), 0
    while (passed := time.monotonic() - begun) < seconds:
        jobs[number % len(jobs)].next_epoch(of=1000)
        number += 1
        time.sleep(max(0.0, number * 2.0 / len(jobs) - (time.monotonic() - begun)))
        yield passed


def answered_ms(ask: Callable[[], httpx.Response]) -> float:
    """Median of several answers."""
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask().raise_for_status()
        times.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(times), 1)
