"""Three servers on one PostgreSQL and one broker: what one of them does reaches the pages of all, and is done once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.backend.api_driver import BEARER, OWNER, OWNER_TOKEN, TOKEN, ApiDriver, epoch, started
from tests.browser.product import ROOT, free_port
from tests.system.team_services import team_services

pytestmark = pytest.mark.slow

WITHIN_S = 120.0
"""Also on a busy machine: each process imports the whole server."""


@contextmanager
def server(environment: dict[str, str], log: Path, **more: str) -> Iterator[str]:
    """One process of the API as its image starts it; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "gsl.backend.app:create_app", "--factory", "--port", str(port)]
    command += ["--http", "gsl.backend.http.header_limit:HeaderLimit", "--timeout-graceful-shutdown", "5"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env={**environment, **more}, stdout=output, stderr=output)
        try:
            address = f"http://127.0.0.1:{port}"
            _until(lambda: _answers(address), log)
            yield address
        finally:
            process.terminate()
            assert process.wait(timeout=WITHIN_S) in (0, -15), log.read_text()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v1/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _until(reached: object, log: Path) -> None:
    assert callable(reached)
    deadline = time.monotonic() + WITHIN_S
    while not reached():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of a server for a team, with migrated tables."""
    with team_services("postgresql", tmp_path) as services:
        assert services is not None
        tokens = {"GSL_WORKER_TOKEN": TOKEN, "GSL_OWNER_TOKEN": OWNER_TOKEN}
        own = {"GSL_DATA_DIR": str(tmp_path), **tokens, "GSL_LEASE_SECONDS": "4"}
        environment = {**os.environ, **services.settings, **own}
        subprocess.run([sys.executable, "-m", "gsl.backend.db.revisions"], cwd=ROOT, env=environment, check=True)
        yield environment


@pytest.fixture
def servers(environment: dict[str, str], tmp_path: Path) -> Iterator[list[ApiDriver]]:
    with ExitStack() as stack:
        addresses = [stack.enter_context(server(environment, tmp_path / f"{n}.log")) for n in range(3)]
        clients = [httpx.Client(base_url=address, timeout=30, trust_env=False) for address in addresses]
        yield [ApiDriver(stack.enter_context(client)) for client in clients]


def _hears(page: ApiDriver, listening: Event, run_id: int) -> bool:
    """Whether a page of this server is told that the run changed."""
    with page.client.stream("GET", "/api/v1/stream", timeout=WITHIN_S) as response:
        listening.set()
        return any(f'"run_id":{run_id}' in line.replace(" ", "") for line in response.iter_lines())


def test_a_change_at_one_reaches_the_pages_of_all(servers: list[ApiDriver]) -> None:
    run = servers[0].launch(name="one of many")
    with ThreadPoolExecutor() as threads:
        for changed, at in enumerate(servers):
            listening = [Event() for _ in servers]
            told = [threads.submit(_hears, page, each, run) for page, each in zip(servers, listening, strict=True)]
            for each in listening:
                assert each.wait(WITHIN_S)
            time.sleep(0.5)  # the answer's head is sent a moment before the stream listens
            at.ask("PATCH", f"/runs/{run}", json={"name": f"changed {changed}"})
            assert [each.result(WITHIN_S) for each in told] == [True] * 3
    assert [each.get(f"/runs/{run}")["name"] for each in servers] == ["changed 2"] * 3


def test_a_worker_may_speak_to_a_different_one_each_time(servers: list[ApiDriver]) -> None:
    one, two, three = servers
    job = two.job(one.launch())
    one.claim(job)
    two.report(job, started(), epoch(1))
    three.report(job, epoch(2))
    one.report(job, epoch(2))  # sent again, because an answer was lost
    assert two.work(job, "heartbeat", {"attempt": 1, "worker": "w1"}) == {"wish": "run"}
    assert three.client.post(f"/api/v1/jobs/{job}/log?attempt=1&offset=0", content=b"a\n", headers=BEARER).is_success
    assert one.client.post(f"/api/v1/jobs/{job}/log?attempt=1&offset=2", content=b"b\n", headers=BEARER).is_success
    two.upload(job, b"policy", epoch=2)
    three.finish(job, "budget")
    assert [each.get(f"/jobs/{job}")["epochs"] for each in servers] == [2, 2, 2]
    assert two.client.get(f"/api/v1/jobs/{job}/log").text == "a\nb\n"


def test_lost_jobs_are_recovered_once(servers: list[ApiDriver], tmp_path: Path) -> None:
    runs = [servers[0].launch(name=f"run {n}") for n in range(10)]
    for number, run in enumerate(runs):
        servers[number % 3].claim(servers[0].job(run))
    _until(
        lambda: all(servers[1].get(f"/runs/{run}/jobs")[0]["status"] == "queued" for run in runs), tmp_path / "0.log"
    )
    time.sleep(2.5)  # each server looks for lost jobs once more
    for run in runs:
        events = [event["what"] for event in servers[2].get(f"/runs/{run}/events")["items"]]
        assert events.count("lost") == 1


def test_one_address_for_three_processes(environment: dict[str, str], tmp_path: Path) -> None:
    """As docker-compose starts them: uvicorn reads WEB_CONCURRENCY."""
    with server(environment, tmp_path / "log", WEB_CONCURRENCY="3") as address, ThreadPoolExecutor(24) as threads:
        _until(lambda: (tmp_path / "log").read_text().count("startup complete") == 3, tmp_path / "log")
        pages = [ApiDriver(httpx.Client(base_url=address, timeout=30, trust_env=False)) for _ in range(24)]
        run = pages[0].launch()
        listening = [Event() for _ in pages]
        told = [threads.submit(_hears, page, each, run) for page, each in zip(pages, listening, strict=True)]
        for each in listening:
            assert each.wait(WITHIN_S)
        time.sleep(0.5)
        httpx.patch(
            f"{address}/api/v1/runs/{run}", json={"name": "heard by all"}, headers=OWNER, trust_env=False
        ).raise_for_status()
        assert all(each.result(WITHIN_S) for each in told)
        for page in pages:
            page.client.close()


def test_any_process_tells_prometheus_what_all_have_counted(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "counters"
    folder.mkdir()
    own = {"WEB_CONCURRENCY": "2", "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    with server(environment, tmp_path / "log", **own) as address:
        _until(lambda: (tmp_path / "log").read_text().count("startup complete") == 2, tmp_path / "log")
        for _ in range(40):  # each on a connection of its own, which either process may take
            httpx.get(f"{address}/api/v1/runs", headers=OWNER, trust_env=False).raise_for_status()
        assert {_counted(address) for _ in range(10)} == {40.0}
    assert len(list(folder.glob("counter_*.db"))) == 2


def _counted(address: str) -> float:
    """Requests for the list of runs, as Prometheus reads them."""
    text = httpx.get(f"{address}/metrics", headers=OWNER, trust_env=False).raise_for_status().text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return sum(s.value for s in samples if s.name == "gsl_request_seconds_count" and s.labels["route"] == "/runs")
