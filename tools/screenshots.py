"""Takes the documentation's pictures: every page, light and dark, and the README's, of runs that are really there.

python -m tools.screenshots [NAME ...]

It starts a temporary server with a worker, imports runs from the benchmarks' records and lets one wait at its gate.
Names narrow it to some pictures. Exit status 1 when one is too large.
"""

import base64
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from gsl.atomic_file import write_text
from gsl.client.api import Client
from gsl.client.temporary_server import temporary_server
from gsl.record import read
from tools.system_packages import NAMES

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benchmarks" / "results" / "gsl_forkmaze"
PICTURE = ROOT / "docs" / "images" / "run.png"
PICTURES, PAGE = ROOT / "docs" / "images" / "pages", ROOT / "docs" / "pages.md"
MAX_BYTES, MAX_PAGE_BYTES = 300_000, 150_000
DRAWN_WITHIN_MS = 90_000
SETTLED_MS = 1_500  # Plotly draws texts after the frame of a figure
NOTHING_TO_COME = """() => ![...document.querySelectorAll(".mantine-Skeleton-root")].some((each) => {
  const place = each.getBoundingClientRect();
  return place.height > 0 && place.top < innerHeight && place.bottom > 0;
})"""
"""In view: charts further down are fetched when they are scrolled to."""
QUALITY = 80
SCHEMES = ("light", "dark")
RUN_TABS = {
    "overview": "Run: overview", "tree": "Run: tree", "variations": "Run: variations",
    "training": "Run: metrics", "specialists": "Run: specialists", "results": "Run: before and after",
    "jobs": "Run: jobs and logs", "events": "Run: events", "configuration": "Run: configuration",
    "artifacts": "Run: artifacts",
}  # fmt: skip
OTHERS = {
    "/runs": "Runs", "/inbox": "Inbox", "/runs/new": "New run", "/experiments": "Experiments",
    "/sweeps/new": "New sweep", "/projects": "Projects",
    "/policies": "Policies", "/workers": "Workers", "/bin": "Bin", "/people": "People", "/audit": "Audit",
    "/account": "Account",
}  # fmt: skip


def main(*wanted: str) -> int:
    """`wanted`: names of pictures, by default all."""
    PICTURES.mkdir(exist_ok=True)
    too_large = []
    with temporary_server() as (address, token), Client(address, token) as api, _chromium() as browser:
        places = _places(api)
        chosen = {name: place for name, place in places.items() if not wanted or name in wanted}
        for scheme in SCHEMES:
            page = _page(browser, address, token, scheme)
            too_large += [name for name, (_, path) in chosen.items() if not _take(page, name, path, scheme)]
        if not wanted or PICTURE.stem in wanted:
            too_large += [] if _readme(_page(browser, address, token, "light"), places["run-overview"][1]) else ["run"]
    write_text(PAGE, _document({name: title for name, (title, _) in places.items()}))
    print(f"too large: {', '.join(too_large)}" if too_large else f"{PICTURES}: {len(chosen)} pages")
    return int(bool(too_large))


def _places(api: Client) -> dict[str, tuple[str, str]]:
    """Title and address of every page, by the name of its picture."""
    experiment = api.create_experiment("Fork maze: with and without specialists").id
    runs = {
        arm: api.import_run(read(RECORDS / f"forkmaze-{arm}-{seed}.json.gz"), experiment_id=experiment).id
        for seed in (1, 2, 3)
        for arm in ("generalist", "dapg")
    }
    waiting = api.create_run("forkmaze-quick", name="waits for a decision").id
    while api.run(waiting).status != "awaiting_approval":
        time.sleep(0.5)
    return {
        **{name.strip("/").replace("/", "-"): (title, name) for name, title in OTHERS.items()},
        "gate": ("Run: gate", f"/runs/{waiting}?tab=gate"),
        "watch": ("Run: watch", f"/runs/{waiting}?tab=watch"),
        **{f"run-{tab}": (title, f"/runs/{runs['dapg']}?tab={tab}") for tab, title in RUN_TABS.items()},
        "variation": ("Variation", f"/runs/{runs['dapg']}/variations/0"),
        "compare": ("Compare", f"/compare?experiments={experiment}"),
        "experiment": ("Experiment", f"/experiments/{experiment}"),
        "experiment-launch": ("Experiment: launch", f"/experiments/{experiment}/launch"),
    }


def _take(page: Page, name: str, path: str, scheme: str) -> bool:
    """As WebP, which is a fifth of a PNG; whether it is small enough."""
    page.goto(path)
    _settle(page)
    command = {"format": "webp", "quality": QUALITY}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", command)
    file = PICTURES / f"{name}-{scheme}.webp"
    file.write_bytes(base64.b64decode(taken["data"]))
    return file.stat().st_size <= MAX_PAGE_BYTES


def _readme(page: Page, path: str) -> bool:
    """As tall as the learning curve needs."""
    page.set_viewport_size({"width": 1280, "height": 1075})
    page.goto(path)
    curve = page.get_by_test_id("figure-learning_curve").locator(".main-svg").first
    expect(curve).to_be_visible(timeout=DRAWN_WITHIN_MS)
    _settle(page)
    page.screenshot(path=PICTURE)
    return PICTURE.stat().st_size <= MAX_BYTES


def _settle(page: Page) -> None:
    expect(page.get_by_role("heading").first).to_be_visible(timeout=DRAWN_WITHIN_MS)
    page.wait_for_function(NOTHING_TO_COME, timeout=DRAWN_WITHIN_MS)
    page.wait_for_timeout(SETTLED_MS)


def _document(titles: dict[str, str]) -> str:
    """The page of the documentation that shows them."""
    shown = "\n\n".join(
        f'## {title}\n\n<picture><source media="(prefers-color-scheme: dark)" srcset="images/pages/{name}-dark.webp">\n'
        f'<img alt="{title}" src="images/pages/{name}-light.webp"></picture>'
        for name, title in titles.items()
    )
    return f"# Every page\n\nTaken by `make screenshots`, light or dark as your system prefers.\n\n{shown}\n"


@contextmanager
def _chromium() -> Iterator[Browser]:
    executable = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


def _page(browser: Browser, address: str, token: str, scheme: str) -> Page:
    colours: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
    page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 1000}, color_scheme=colours)
    page.set_default_timeout(DRAWN_WITHIN_MS)
    page.goto(f"/?token={token}")
    return page


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
