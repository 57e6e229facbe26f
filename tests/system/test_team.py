"""A team's day: PostgreSQL, Redis, three workers and three people, who use nothing but the page and the command `gsl`.

Ada administers and uses the page, Ben has a shell, Eve may only look. Two runs go on at once.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gsl.cli.outcomes import Exit
from tests.backend.api_driver import TOKEN
from tests.browser.conftest import DIST, browser
from tests.browser.product import ROOT
from tests.system.team_services import team_services
from tests.system.test_several_servers import server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
__all__ = ["browser"]

PASSWORD = "a long password"
WORKERS = 3


class Shell:
    """The command `gsl` on one person's machine."""

    def __init__(self, home: Path, address: str) -> None:
        home.mkdir()
        self._home, self._address = home, address
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GSL_", "XDG_"))}
        self._environment = {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(ROOT)}

    def login(self, token: str) -> None:
        self.run("login", self._address, "--token-stdin", given=token)

    def run(self, *arguments: str, given: str = "", code: int = Exit.OK) -> str:
        """What the command prints; `code` is how it must end."""
        command = [sys.executable, "-m", "gsl.cli.main", *arguments]
        ended = subprocess.run(
            command, cwd=self._home, env=self._environment, input=given, capture_output=True, text=True, check=False
        )
        assert ended.returncode == code, (arguments, ended.stdout, ended.stderr)
        return ended.stdout


@contextmanager
def worker(folder: Path, address: str, redis: str) -> Iterator[None]:
    """A machine with one slot, as `gsl worker` starts it."""
    folder.mkdir()
    settings = {"GSL_WORKER_TOKEN": TOKEN, "REDIS_URL": redis, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "gsl.cli.main", "worker", "--server", address, "--name", folder.name]
    with (folder / "log").open("wb") as log:
        environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT), "GSL_WORKER_DIR": str(folder)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(90) == 0, (folder / "log").read_text()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Of a server with three live workers, and an admin named ada."""
    with ExitStack() as stack:
        services = stack.enter_context(team_services("postgresql", tmp_path))
        assert services is not None
        own = {"GSL_DATA_DIR": str(tmp_path / "data"), "GSL_WORKER_TOKEN": TOKEN, "GSL_PAGE_DIR": str(DIST)}
        environment = {**os.environ, **services.settings, **own, "PYTHONPATH": str(ROOT)}
        for command, typed in ((["db.revisions"], ""), (["users", "add", "ada", "--role", "admin"], f"{PASSWORD}\n")):
            module, *rest = command
            run = [sys.executable, "-m", f"gsl.backend.{module}", *rest]
            subprocess.run(run, env=environment, input=typed, text=True, check=True, capture_output=True)
        url = stack.enter_context(server(environment, tmp_path / "server.log"))
        for number in range(WORKERS):
            stack.enter_context(worker(tmp_path / f"machine-{number}", url, services.settings["REDIS_URL"]))
        yield url


@pytest.fixture
def ada(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Name").fill("ada")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    yield page
    context.close()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=re.compile(f"^{option}$", re.IGNORECASE)).click()


def joins(browser: Browser, ada: Page, name: str, role: str, scope: str) -> str:
    """Ada invites somebody, who makes an account and a token on the page; returns the token."""
    ada.goto("/people")
    ada.get_by_label("For").fill(name)
    choose(ada, "Role", role)
    ada.get_by_role("button", name="Create link").click()
    link = ada.get_by_test_id("secret").inner_text()
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.get_by_label(f"Signed in as {name}").click()
    page.get_by_role("menuitem", name="Account").click()
    page.get_by_label("Name").fill("shell")
    choose(page, "Scope", scope)
    page.get_by_role("button", name="Create token").click()
    token = page.get_by_test_id("secret").inner_text()
    context.close()
    return token


def launched_on_the_page(page: Page) -> None:
    page.goto("/runs/new?preset=forkmaze-quick")
    page.get_by_label("Name", exact=True).fill("Ada's run")
    page.get_by_label("Seed", exact=True).fill("3")
    page.get_by_role("button", name="Launch run").click()
    expect(page.get_by_role("heading", name="Ada's run")).to_be_visible()


def test_three_people_three_workers_and_two_runs(browser: Browser, ada: Page, address: str, tmp_path: Path) -> None:
    ben, eve = Shell(tmp_path / "ben", address), Shell(tmp_path / "eve", address)
    ben.login(joins(browser, ada, "ben", "member", "Read and write"))
    eve.login(joins(browser, ada, "eve", "viewer", "Read"))
    launched_on_the_page(ada)
    hers = int(ada.url.rpartition("/")[2])
    his = int(json.loads(ben.run("launch", "forkmaze-quick", "--ask", "--name", "Ben's run", "--json"))["id"])

    for run in (hers, his):
        ben.run("watch", str(run), "--until-gate", code=Exit.AT_GATE)
    eve.run("approve", str(his), code=Exit.REFUSED)
    eve.run("cancel", str(hers), code=Exit.REFUSED)
    assert len(json.loads(eve.run("list", "workers", "--json"))) == WORKERS
    ben.run("approve", str(his), "--reason", "as proposed")
    ada.goto(f"/runs/{hers}?tab=gate")
    ada.get_by_role("button", name="Approve specialists").click()
    expect(ada.get_by_test_id("decided-gate")).to_contain_text("ada")

    for run in (hers, his):
        eve.run("watch", str(run))
        shown = json.loads(eve.run("show", str(run), "--json"))
        assert (shown["status"], len(shown["jobs"])) == ("succeeded", 10)
    used = {job["worker"] for run in (hers, his) for job in json.loads(eve.run("show", str(run), "--json"))["jobs"]}
    assert len(used) > 1, "the runs shared the workers"
    ada.goto("/audit")
    told = ada.get_by_role("table").inner_text()
    for who, what in (("ben", f"run {his}"), ("ada", f"run {hers}")):
        assert any(who in line and what in line for line in told.splitlines()), told
    ada.goto(f"/runs/{his}")
    expect(ada.get_by_text("by ben")).to_be_visible()
