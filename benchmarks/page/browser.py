"""A headless Chromium whose transfers, frames and memory are measured."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tools.system_packages import NAMES

DRAWN_WITHIN_MS = 60_000
_FRAMES = """() => {
  window.gslFrames = [];
  let last = performance.now();
  const at = (y) => document.elementFromPoint(700, y)?.closest("tr[data-index]");
  const tick = (now) => {
    const rows = [100, 500, 890].map(at);
    const empty = rows.some((row) => !row), waiting = rows.some((row) => row && !row.querySelector("a"));
    window.gslFrames.push({ milliseconds: now - last, empty, waiting });
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
"""Of each frame that the page gets to draw: how long it took, whether a row of the list is missing where the window's
top, middle and bottom are, and whether one still waits for its run."""
_FIRST_SEEN = """(sought) => {
  window.gslSeen = {};
  const look = () => {
    for (const selector of sought.filter((one) => !(one in window.gslSeen))) {
      if (!document.querySelector(selector)?.checkVisibility()) continue;
      window.gslSeen[selector] = null;
      requestAnimationFrame(() => { window.gslSeen[selector] = performance.now(); });
    }
    if (sought.some((one) => !(one in window.gslSeen))) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""When, since the navigation began, the frame after the one that first shows what is sought begins: it has been drawn
then, and the page is free to answer. Asked from outside, a page that goes on loading would answer much later."""
ROW, TABS, CURVE = "a[href*='/runs/']", "[role=tab]", "[data-testid=figure-learning_curve] .main-svg"
"""Of the list, the page of a run, and its first figure."""


@dataclass(frozen=True)
class Frame:
    """How long it took, and what the list lacked in it: a row, or the run of one."""

    milliseconds: float
    empty: bool
    waiting: bool


@dataclass
class Visit:
    """One tab with an empty cache; `requests` are the API paths that it asked for, `assets` bytes by file name."""

    page: Page
    devtools: CDPSession
    requests: list[str] = field(default_factory=list)
    assets: dict[str, float] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def listen(self) -> None:
        self.devtools.on("Network.requestWillBeSent", self._begun)
        self.devtools.on("Network.loadingFinished", self._finished)
        self.devtools.send("Network.enable")

    def _begun(self, event: dict[str, Any]) -> None:
        _, _, path = str(event["request"]["url"]).partition("/api/v1")
        if path:
            self.requests.append(path)
        else:
            self._names[event["requestId"]] = str(event["request"]["url"]).rpartition("/")[2]

    def _finished(self, event: dict[str, Any]) -> None:
        if name := self._names.get(event["requestId"]):
            self.assets[name] = float(event["encodedDataLength"])

    def first_seen_ms(self, selector: str) -> float:
        """From the start of navigation until what is sought, one of the three, has been drawn."""
        self.page.wait_for_function("(one) => window.gslSeen?.[one]", arg=selector, timeout=DRAWN_WITHIN_MS)
        return float(self.page.evaluate("(one) => window.gslSeen[one]", selector))

    def heap_mib(self) -> float:
        """After a garbage collection."""
        self.devtools.send("HeapProfiler.collectGarbage")
        return float(self.devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20

    def watch_frames(self) -> None:
        self.page.evaluate(_FRAMES)

    def frames(self) -> list[Frame]:
        """Those since `watch_frames`."""
        return [Frame(**each) for each in self.page.evaluate("window.gslFrames")]


@contextmanager
def chromium() -> Iterator[Browser]:
    executable = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, address: str, token: str) -> Iterator[Visit]:
    """A desktop-sized tab of somebody who is signed in and has not been here before."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    context.request.get(f"{address}/?token={token}", max_redirects=0)
    page = context.new_page()
    page.add_init_script(f"({_FIRST_SEEN})({[ROW, TABS, CURVE]})")
    visitor = Visit(page, context.new_cdp_session(page))
    visitor.listen()
    yield visitor
    context.close()
