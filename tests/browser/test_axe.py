"""axe finds nothing serious: on every page and tab, and in what opens over them; desktop and phone, light and dark."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.backend.api_driver import ApiDriver
from tests.backend.tracked import Script
from tests.browser.conftest import choose, sign_in
from tests.browser.product import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RECORD = ROOT / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-1.json.gz"
TABS = (
    "overview", "tree", "variations", "training", "gate", "specialists", "results", "watch", "jobs",
    "events", "configuration", "artifacts",
)  # fmt: skip
PAGES = (
    "/runs", "/runs/new", "/experiments", "/projects", "/bin", "/workers", "/account", "/policies", "/people",
    "/audit", "/inbox", "/runs?group=experiment&open=1", "/policies?plateau.window=40", "/compare", "/nowhere",
)  # fmt: skip
_RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .flatMap(({id, nodes}) => nodes.map(({html, any, all, none}) =>
        `${id}: ${[...any, ...all, ...none][0]?.message}: ${html.slice(0, 200)}`))"""


@pytest.fixture(scope="module")
def paths(stage: ApiDriver) -> list[str]:
    """All pages, and those of an ended run with every figure, of a run at its gate and of an experiment."""
    experiment = stage.post("/experiments", {"name": "Looked at"}, 201)["id"]
    record = json.loads(gzip.decompress(RECORD.read_bytes()))
    ended = stage.ask("POST", "/runs/import", 201, json=record, params={"experiment_id": experiment})["id"]
    waiting = stage.at_the_gate(tags=["paper"], priority=2)
    space = {"learner.gamma": {"low": 0.9, "high": 0.99}}
    sweep = stage.post("/sweeps", {"name": "Swept", "preset": "forkmaze-quick", "space": space}, 201)["experiment_id"]
    again, tracked = continued(stage), Script(stage, "looked at").approved()
    tracked.specialist(1)
    tabs = [f"/runs/{ended}?tab={tab}" for tab in TABS]
    return [
        *PAGES,
        *tabs,
        f"/runs/{ended}?tab=variations&variations=1-3&clusters=2",
        f"/runs/{ended}/variations/1",
        f"/runs/{again}/variations/1",
        f"/experiments/{experiment}",
        f"/experiments/{experiment}/launch",
        f"/experiments/{sweep}",
        "/sweeps/new",
        f"/compare?experiments={experiment}&by=run",
        f"/runs/{tracked.run_id}?tab=specialists",
        f"/runs/{again}",
        f"/runs/{waiting}?tab=gate",
    ]


def continued(stage: ApiDriver) -> int:
    """A run that was continued and has its second result."""
    run_id = stage.launch(name="Continued", config={"arm": "generalist"})
    stage.play(run_id, [0.2, 0.4])
    stage.post(f"/runs/{run_id}/continue", {"steps": 8192})
    stage.play(run_id, [0.6, 0.8])
    return run_id


@pytest.fixture(params=[("light", 1440), ("dark", 390)], ids=["desktop, light", "phone, dark"])
def page(request: pytest.FixtureRequest, browser: Browser, stage: ApiDriver) -> Iterator[Page]:
    scheme, width = request.param
    colours: Literal["light", "dark"] = scheme
    context = browser.new_context(
        base_url=stage.address, viewport={"width": width, "height": 900}, color_scheme=colours, reduced_motion="reduce"
    )
    sign_in(context, stage.address)
    yield context.new_page()
    context.close()


def serious(page: Page) -> list[Any]:
    page.evaluate(AXE.read_text())
    found: list[Any] = page.evaluate(_RUN)
    return found


def test_no_page_has_anything_serious(page: Page, paths: list[str]) -> None:
    wrong: dict[str, list[Any]] = {}
    for path in paths:
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        if "/variations/" in path:
            expect(page.get_by_role("heading", name="Videos")).to_be_visible()
        page.wait_for_timeout(250)
        if found := serious(page):
            wrong[path] = found
    assert wrong == {}


def test_no_tab_is_left_out(page: Page, paths: list[str]) -> None:
    """Both ways: a name that is no tab's would show the overview instead."""
    page.goto(paths[-1])
    views = page.get_by_label("View", exact=True).locator("option")
    expect(views.first).to_be_attached()
    assert tuple(views.evaluate_all("options => options.map(({ value }) => value)")) == TABS


def plateau_defaults(page: Page, item: str | None = None) -> None:
    page.get_by_role("button", name="Replay the plateau").click()
    page.get_by_role("button", name="Defaults").click()
    if item is not None:
        page.get_by_role("menuitem", name=item).click()


WAITING = "the run at its gate"
WAITING_OVERVIEW = "its overview"
REPLAYED = "the ended run"
CONTINUED = "the continued run"
OPENED: dict[str, tuple[str, Callable[[Page], object]]] = {
    "a replay": (REPLAYED, lambda page: page.get_by_role("button", name="Replay the plateau").click()),
    "defaults of a plateau": (REPLAYED, lambda page: plateau_defaults(page)),
    "keeping one": (REPLAYED, lambda page: plateau_defaults(page, "Keep these settings…")),
    "a run's priority": (WAITING_OVERVIEW, lambda page: page.get_by_role("button", name="Priority").click()),
    "a run's exports": (WAITING_OVERVIEW, lambda page: page.get_by_role("button", name="Export: ").click()),
    "continuing": (CONTINUED, lambda page: page.get_by_role("button", name="Continue…").click()),
    "notes that are written": (WAITING_OVERVIEW, lambda page: page.get_by_role("button", name="Add notes").click()),
    "versions of notes": (WAITING_OVERVIEW, lambda page: page.get_by_role("button", name="Versions").click()),
    "the search": ("/runs", lambda page: page.keyboard.press("Control+k")),
    "shortcuts": ("/runs", lambda page: page.keyboard.press("?")),
    "sharing": (WAITING, lambda page: choose(page, "Share")),
    "more actions": (REPLAYED, lambda page: page.get_by_role("button", name="More actions").click()),
    "a token": ("/account", lambda page: page.get_by_role("button", name="token").first.click()),
    "a webhook": ("/workers", lambda page: page.get_by_role("button", name="Add").first.click()),
    "account menu": ("/runs", lambda page: page.get_by_role("button", name="Signed in as").first.click()),
}


@pytest.mark.parametrize("what", OPENED)
def test_nothing_that_opens_has_anything_serious(page: Page, paths: list[str], what: str) -> None:
    path, opens = OPENED[what]
    overview = paths[-1].partition("?")[0]
    named = {WAITING: paths[-1], WAITING_OVERVIEW: overview, REPLAYED: paths[len(PAGES)], CONTINUED: paths[-2]}
    page.goto(named.get(path, path))
    expect(page.get_by_role("heading").first).to_be_visible()
    opens(page)
    page.wait_for_timeout(500)
    assert serious(page) == []
