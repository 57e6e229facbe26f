"""The server goes away, or says that something does not work, while its page is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.app_services import Services
from gsl.backend.services.health import HealthWatch
from tests.backend.api_driver import ApiDriver
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.backend.services.broker import short_folder, valkey
from tests.browser.conftest import sign_in
from tests.browser.product import ROOT, free_port

WITHIN_MS = 5_000
"""So soon the page must know; it is told at once, and asks every four seconds."""


def test_the_page_says_so_and_claims_no_worker_live(browser: Browser, tmp_path: Path) -> None:
    app = create_app(settings_on(tmp_path).model_copy(update={"page_dir": ROOT / "frontend" / "dist"}))
    services: Services = app.state.services
    SQLModel.metadata.create_all(services.database.engine)
    page = browser.new_page()
    with serving(app) as address:
        with httpx.Client(base_url=address, trust_env=False) as client:
            ApiDriver(client).announce("w1", "forkmaze")
        sign_in(page.context, address)
        page.goto(f"{address}/workers")
        expect(page.get_by_test_id("worker-state")).to_have_text("idle")
        services.events.close()  # ends the page's stream, for which the server would wait
    expect(page.get_by_role("alert").filter(has_text="unavailable")).to_be_visible(timeout=WITHIN_MS)
    expect(page.get_by_test_id("worker-state")).to_have_text("unknown")
    expect(page.get_by_text("1 live worker")).to_have_count(0)
    expect(page.get_by_role("heading", name="Queue")).to_have_count(0)
    page.close()
    services.database.close()


def test_a_page_heals_by_itself_when_the_server_comes_back(browser: Browser, tmp_path: Path) -> None:
    """What was decided by another process meanwhile is shown, and the next decision arrives live."""
    port, page = free_port(), browser.new_page()
    with _served(tmp_path, port) as api:
        runs = [api.at_the_gate(name=name) for name in ("before", "after")]
        sign_in(page.context, api.address)
        page.goto(f"{api.address}/inbox")
        waiting = page.get_by_role("list", name="Waiting gates").get_by_role("listitem")
        expect(waiting).to_have_count(2)
    banner = page.get_by_role("alert").filter(has_text="unavailable")
    expect(banner).to_be_visible()
    expect(waiting).to_have_count(2)  # what was known stays
    with _served(tmp_path, port) as api:
        api.post(f"/runs/{runs[0]}/gate/approve", {})
        expect(banner).to_have_count(0)
        expect(waiting).to_have_count(1)
        expect(page.get_by_role("status", name="Live: updates")).to_be_visible()
        api.post(f"/runs/{runs[1]}/gate/approve", {})
        expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
    page.close()


@contextmanager
def _served(folder: Path, port: int) -> Iterator[ApiDriver]:
    """A process of the server on the folder's database, which the next one finds as it was left."""
    app = create_app(settings_on(folder).model_copy(update={"page_dir": ROOT / "frontend" / "dist"}))
    services: Services = app.state.services
    SQLModel.metadata.create_all(services.database.engine)
    with serving(app, port=port) as address, httpx.Client(base_url=address, trust_env=False) as client:
        api = ApiDriver(client)
        api.announce("w1", "forkmaze")
        yield api
        services.events.close()  # ends the page's stream, for which the server would wait
    services.database.close()


def test_the_page_says_what_does_not_work_until_it_does(browser: Browser, tmp_path: Path) -> None:
    settings = settings_on(tmp_path).model_copy(update={"page_dir": ROOT / "frontend" / "dist"})
    database = tmp_path / "gsl.db"
    with short_folder() as folder:
        app = create_app(settings.model_copy(update={"redis_url": f"redis+socket://{folder}/s"}))
        services: Services = app.state.services
        SQLModel.metadata.create_all(services.database.engine)
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.clock.install()
        with serving(app) as address:
            sign_in(page.context, address)
            page.goto(f"{address}/runs")
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("broker")
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            database.rename(tmp_path / "away")
            _soon(page, services)
            expect(alert).to_contain_text(f"{database} was removed")
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            (tmp_path / "away").rename(database)
            with valkey(folder / "s"):
                _soon(page, services)
                expect(alert).to_have_count(0)
            services.events.close()
        page.close()
        services.database.close()


def _soon(page: Page, services: Services) -> None:
    """Ten seconds later: the page asks again, and the server looks again."""
    object.__setattr__(services, "health", HealthWatch(services.settings, services.database))
    page.clock.run_for(10_000)
