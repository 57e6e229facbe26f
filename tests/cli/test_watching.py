"""Watching a run until it has ended, waits, or the server is away."""

import io
import json
import threading
import time

import pytest
from rich.console import Console

from gsl.cli.watching import picture
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi


def test_it_ends_by_the_outcome(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    succeeded = driver.launch(config={"arm": "generalist"})
    driver.play(succeeded, [0.1, 0.9])
    assert gsl("watch", succeeded).code == 0
    assert gsl("watch", driver.cancelled()).code == 1


def test_each_change_is_seen_until_the_end(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    run = driver.launch()
    job = driver.job(run)

    def work() -> None:
        time.sleep(0.5)
        driver.claim(job)
        driver.report(job, started(), epoch(1))
        time.sleep(1)
        driver.post(f"/runs/{run}/cancel")
        driver.work(job, "finish", {"attempt": 1, "status": "cancelled", "result": None})

    worker = threading.Thread(target=work)
    worker.start()
    ended = gsl("watch", run, "--json")
    worker.join()
    seen = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert {"queued", "generalist", "cancelled"} >= {each["status"] for each in seen} >= {"queued", "cancelled"}
    assert [each["spent_steps"] for each in seen][-1] == 100
    assert "config" not in seen[0]


def test_it_says_when_the_run_awaits_approval(gsl: Gsl, driver: ApiDriver) -> None:
    run = driver.at_the_gate()
    ended = gsl("watch", run, "--until-gate")
    assert ended.code == 5
    assert f"gsl approve {run}" in ended.out
    lines = gsl("watch", run, "--until-gate", "--json").out.splitlines()
    assert json.loads(lines[-1])["status"] == "awaiting_approval"


def test_a_server_that_comes_back_is_waited_for(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    run = driver.launch()

    def restart() -> None:
        time.sleep(0.5)
        server.go_away()
        server.come_back()
        server.client.cancel(run)

    restarting = threading.Thread(target=restart)
    restarting.start()
    ended = gsl("watch", run)
    restarting.join()
    assert ended.code == 1
    assert "Cancelled" in ended.out


def test_a_launch_can_be_watched(gsl: Gsl, server: RealApi) -> None:
    cancelling = threading.Timer(1.0, lambda: server.client.cancel(next(server.client.runs()).id))
    cancelling.start()
    ended = gsl("launch", "forkmaze-quick", "--watch")
    cancelling.join()
    assert ended.code == 1
    assert "Cancelled" in ended.out


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_picture_fits_the_terminal(server: RealApi, driver: ApiDriver, width: int) -> None:
    run = driver.at_the_gate(name="a name that is a good deal longer than most names of runs are, in eighty columns")
    drawn = io.StringIO()
    Console(file=drawn, width=width).print(picture(server.client.run(run), server.client.gate(run)))
    lines = drawn.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert sum("━" in line for line in lines) == 2, "the bars of what is done"
