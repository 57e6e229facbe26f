"""A run's priority: given at launch, changed later, and refused with its field where it is out of range."""

from typing import Any

import pytest

from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE

ASKED = {"worker": "w1", "suites": ["forkmaze"]}
ARMS = {"preset": "forkmaze-quick", "arms": [{"name": "x"}], "seeds": [0, 1]}


def waiting(api: ApiDriver) -> list[int]:
    """Runs in the order in which their jobs will start."""
    return [job["run_id"] for job in api.get("/queue")["queued"]]


def test_a_run_is_moved_to_the_front(api: ApiDriver) -> None:
    first, second = api.launch(), api.launch()
    assert waiting(api) == [first, second]
    moved = api.ask("PATCH", f"/runs/{second}", json={"priority": 10})
    assert (moved["priority"], moved["name"]) == (10, api.get(f"/runs/{second}")["name"])
    assert waiting(api) == [second, first]
    events = api.get(f"/runs/{second}/events")["items"]
    assert [event["detail"] for event in events if event["what"] == "priority"] == ["0 to 10"]
    assert api.ask("POST", "/jobs/next", json=ASKED, headers=BEARER)["run_id"] == second


@ON_SQLITE
@pytest.mark.parametrize("workers", [("w1",), ()], ids=["a worker", "no worker"])
def test_the_place_in_the_line_is_shown_by_run_and_by_job(api: ApiDriver, workers: tuple[str, ...]) -> None:
    for worker in workers:
        api.announce(worker, "forkmaze")
    first, second = api.launch(), api.launch(priority=3)
    assert api.get(f"/runs/{first}")["activity"] == "queued, 1 ahead"
    assert api.get(f"/runs/{first}/jobs")[0]["activity"] == "queued, 1 ahead"
    assert [job["activity"] for job in api.get("/queue")["queued"]] == ["queued, next in line", "queued, 1 ahead"]
    assert [run["priority"] for run in api.get("/runs")["items"]] == [3, 0]
    assert api.get(f"/runs/{second}")["activity"] == "queued, next in line"


@ON_SQLITE
def test_an_experiments_runs_share_a_priority_and_a_baseline_takes_its_runs(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    launched = api.post(f"/experiments/{experiment}/runs", {**ARMS, "priority": -3}, 201)
    assert [run["priority"] for run in launched] == [-3, -3]
    assert api.post(f"/runs/{launched[0]['id']}/baseline", status=201)["priority"] == -3


@ON_SQLITE
@pytest.mark.parametrize("priority", [11, -11, 2**40, 1.5, "high"])
def test_a_priority_out_of_range_is_refused(api: ApiDriver, priority: Any) -> None:
    run_id = api.launch()
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    for method, path, body in (
        ("POST", "/runs", {"preset": "forkmaze-quick"}),
        ("PATCH", f"/runs/{run_id}", {}),
        ("POST", f"/experiments/{experiment}/runs", ARMS),
    ):
        [error] = api.ask(method, path, 422, json={**body, "priority": priority})["errors"]
        assert error["field"] == "priority"
    assert api.get("/runs")["total"] == 1
    assert api.get(f"/runs/{run_id}")["priority"] == 0
