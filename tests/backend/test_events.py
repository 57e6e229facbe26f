"""Live changes: told soon, at most twice a second, across processes; no open stream keeps the server from stopping."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.db.account_models import Account
from gsl.backend.db.engine import after_commit
from gsl.backend.events import Events, redis_client
from gsl.backend.services.app_services import Services
from gsl.backend.settings import Settings
from tests.backend.api_driver import OWNER, OWNER_TOKEN, ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import browser
from tests.backend.server import serving
from tests.backend.services.broker import short_folder, valkey

pytestmark = ON_SQLITE


def told(lines: Iterator[str], count: int) -> list[dict[str, object]]:
    """The next changes of a stream."""
    changes: list[dict[str, object]] = []
    for line in lines:
        if line.startswith("data:"):
            changes.append(json.loads(line.removeprefix("data:")))
            if len(changes) == count:
                break
    return changes


def test_changes_come_soon_and_many_as_one(app: FastAPI) -> None:
    with serving(app, lifespan=True) as address, httpx.Client(base_url=address, timeout=10) as client:
        api = ApiDriver(client)
        job_id = api.job(api.launch())
        api.claim(job_id)
        with client.stream("GET", "/api/v1/stream") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = response.iter_lines()
            api.report(job_id, started(), epoch(1))
            assert told(lines, 1) == [{"what": "epoch", "run_id": 1, "worker": None, "project_id": None}]
            begun = time.monotonic()
            for number in range(2, 12):
                api.report(job_id, epoch(number))
            api.ask("PATCH", "/runs/1", json={"notes": "n"})
            heard = ["epoch"]
            while heard[-1] != "run":
                heard += [str(change["what"]) for change in told(lines, 1)]
            assert 2 <= len(heard[1:]) <= 2 + 2 * (time.monotonic() - begun)


def test_a_stream_ends_with_the_session_that_opened_it(
    app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gsl.backend.api.stream._ASKED_AGAIN_S", 0.0)
    header = browser(services, "max", "viewer")
    with serving(app) as address, httpx.stream("GET", f"{address}/api/v1/stream", headers=header) as response:
        lines = response.iter_lines()
        services.events.publish("run", 1)
        assert told(lines, 1)
        with services.database.write() as session:
            session.get_one(Account, 1).disabled = True
        services.events.publish("run", 2)
        assert told(lines, 1) == []


def test_a_stream_that_stands_misses_nothing(app: FastAPI) -> None:
    """Once it stands, a page has asked for everything and waits to be told."""
    services: Services = app.state.services
    with serving(app, lifespan=True) as address:
        for number in range(20):
            with httpx.stream("GET", f"{address}/api/v1/stream", headers=OWNER, timeout=10) as response:
                services.events.publish("run", number)
                assert [change["run_id"] for change in told(response.iter_lines(), 1)] == [number]
        deadline = time.monotonic() + 10
        while services.events.listening:
            assert time.monotonic() < deadline, "streams that were left are still listened for"
            time.sleep(0.01)


def test_nothing_is_told_of_what_was_rolled_back(services: Services) -> None:
    told_now: list[str] = []

    def change(then: Callable[[], None]) -> None:
        with services.database.write() as session:
            after_commit(session, lambda: told_now.append("run"))
            assert told_now == []
            then()

    def fail() -> None:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        change(fail)
    assert told_now == []
    change(lambda: None)
    assert told_now == ["run"]


def test_an_open_stream_does_not_keep_the_server_from_stopping(settings: Settings, tmp_path: Path) -> None:
    log = (tmp_path / "log").open("w+")
    command = [sys.executable, "-m", "uvicorn", "gsl.backend.app:create_app", "--factory", "--port", "0"]
    own = {"GSL_DATA_DIR": str(tmp_path), "REDIS_URL": "", "DATABASE_URL": settings.database}
    environment = {**os.environ, **own, "GSL_OWNER_TOKEN": OWNER_TOKEN}
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(command, env=environment, cwd=root, stderr=log, stdout=log) as server:
        address = _address(tmp_path / "log", server)
        with httpx.stream("GET", f"{address}/api/v1/stream", headers=OWNER, timeout=10, trust_env=False) as response:
            assert response.status_code == 200
            server.send_signal(signal.SIGINT)
            assert [line for line in response.iter_lines() if line.startswith("data:")] == []
        assert server.wait(timeout=20) in (0, -signal.SIGINT, 130)
    log.close()


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while "running on " not in (text := log.read_text()):
        assert server.poll() is None, text
        assert time.monotonic() < deadline, text
        time.sleep(0.05)
    return text.split("running on ")[1].split(" ")[0]


def test_processes_tell_each_other_through_the_broker(app: FastAPI) -> None:
    with short_folder() as folder, valkey(folder / "s"):
        elsewhere = Events(f"redis+socket://{folder / 's'}")
        here: Services = app.state.services
        object.__setattr__(here, "events", Events(f"redis+socket://{folder / 's'}"))
        stream = partial(httpx.stream, "GET", headers=OWNER)
        with serving(app, lifespan=True) as address, stream(f"{address}/api/v1/stream") as response:
            lines = response.iter_lines()
            _until_heard(elsewhere)
            _publish_nonsense(folder / "s")
            elsewhere.publish("worker", worker="w1")
            assert {"what": "worker", "run_id": None, "worker": "w1", "project_id": None} in told(lines, 2)
        elsewhere.close()


def _publish_nonsense(broker: Path) -> None:
    """What a server of another version might say keeps no later change from arriving."""
    with redis_client(f"redis+socket://{broker}") as client:
        for data in ("no JSON", "[]", '{"what": 3}'):
            assert client.publish("gsl:changes", data)


def _until_heard(events: Events) -> None:
    """Until the other process has subscribed."""
    deadline = time.monotonic() + 10
    while not events.publish("hello"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_broker_that_is_away_keeps_nobody_from_telling(settings: Settings) -> None:
    events = Events(f"redis+socket://{settings.data_dir}/none")
    assert not events.publish("run", 1)
    events.start()
    events.close()
