"""Labels of workers: a run that asks for one is run by workers that have it, and by no others."""

from typing import Any

import pytest

from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE

ARMS = {"preset": "forkmaze-quick", "arms": [{"name": "x"}], "seeds": [0, 1]}


def announce(api: ApiDriver, name: str, *labels: str) -> Any:
    info = {"name": name, "host": "h", "device": "cpu", "suites": ["forkmaze"], "labels": labels, "version": "0"}
    return api.ask("PUT", f"/workers/{name}", json=info, headers=BEARER)


def next_of(api: ApiDriver, name: str, *labels: str) -> int | None:
    asked = {"worker": name, "suites": ["forkmaze"], "labels": labels}
    claimed = api.ask("POST", "/jobs/next", json=asked, headers=BEARER)
    return None if claimed is None else int(claimed["run_id"])


def test_a_run_goes_to_workers_with_its_label_alone(api: ApiDriver) -> None:
    run_id = api.launch(worker_label="a100")
    announce(api, "plain")
    announce(api, "other", "v100")
    assert next_of(api, "plain") is next_of(api, "other", "v100") is None
    message = api.get(f"/runs/{run_id}")["message"]
    assert all(part in message for part in ("forkmaze", "label a100", "other (forkmaze; labels v100)", "plain ("))
    [waiting] = api.get("/queue")["waiting"]
    assert (waiting["worker_label"], waiting["workers"]) == ("a100", [])
    announce(api, "right", "lab-2", "a100")
    assert api.get("/queue")["waiting"][0]["workers"] == ["right"]
    assert next_of(api, "right", "lab-2", "a100") == run_id
    assert [worker["labels"] for worker in api.get("/workers")] == [["v100"], [], ["lab-2", "a100"]]


def test_autoscalers_count_what_is_ready_for_a_label_or_for_none(api: ApiDriver) -> None:
    api.launch(worker_label="a100")
    api.launch()
    api.launch()
    assert api.get("/queue")["ready"] == 3
    assert [api.get("/queue", worker_label=label)["ready"] for label in ("a100", "", "b200")] == [1, 2, 0]


def test_a_job_is_not_claimed_by_number_without_the_label(api: ApiDriver) -> None:
    job_id = api.job(api.launch(worker_label="a100"))
    announce(api, "plain")
    refused = api.ask("POST", f"/jobs/{job_id}/claim", 409, json={"worker": "plain"}, headers=BEARER)
    assert "a100" in refused["detail"]


@ON_SQLITE
def test_a_label_is_changed_at_any_time(api: ApiDriver) -> None:
    run_id = api.launch(worker_label="a1OO")
    assert next_of(api, "w", "a100") is None
    assert api.ask("PATCH", f"/runs/{run_id}", json={"worker_label": "a100"})["worker_label"] == "a100"
    events = api.get(f"/runs/{run_id}/events")["items"]
    assert [event["detail"] for event in events if event["what"] == "worker label"] == ["a1OO to a100"]
    assert api.ask("PATCH", f"/runs/{run_id}", json={"name": "n"})["worker_label"] == "a100"
    assert next_of(api, "w", "a100") == run_id
    other = api.launch(worker_label="v100")
    assert api.ask("PATCH", f"/runs/{other}", json={"worker_label": ""})["worker_label"] == ""
    assert next_of(api, "w") == other


@ON_SQLITE
def test_an_experiments_runs_share_a_label_and_a_baseline_takes_its_runs(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    launched = api.post(f"/experiments/{experiment}/runs", {**ARMS, "worker_label": "a100"}, 201)
    assert [run["worker_label"] for run in launched] == ["a100", "a100"]
    assert api.post(f"/runs/{launched[0]['id']}/baseline", status=201)["worker_label"] == "a100"


@ON_SQLITE
@pytest.mark.parametrize("label", ["two words", "a,b", "x" * 51, "a@b", 7, None])
def test_what_cannot_be_a_label_is_refused(api: ApiDriver, label: Any) -> None:
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    for path, body in (("/runs", {"preset": "forkmaze-quick"}), (f"/experiments/{experiment}/runs", ARMS)):
        [error] = api.post(path, {**body, "worker_label": label}, 422)["errors"]
        assert error["field"] == "worker_label"
    assert api.get("/runs")["total"] == 0


@ON_SQLITE
def test_the_place_in_the_line_counts_what_the_same_workers_take(api: ApiDriver) -> None:
    announce(api, "w", "a100")
    announce(api, "v", "v100")
    api.launch(worker_label="v100")
    api.launch()
    last = api.launch(worker_label="a100")
    assert api.get(f"/runs/{last}")["activity"] == "queued, 1 ahead"
