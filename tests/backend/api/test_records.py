"""Runs as records: what a worker reported goes out whole, comes in whole, once, and says what is wrong with it."""

import copy
import gzip
from typing import Any

import pytest

from gsl.record import RunRecord
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE


@pytest.fixture
def ended(api: ApiDriver) -> int:
    """A run that was cancelled at its gate."""
    run_id = api.at_the_gate(name="made here", tags=["a"], notes="why", arm_name="ours")
    api.post(f"/runs/{run_id}/cancel")
    return run_id


@pytest.fixture
def record(api: ApiDriver, ended: int) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/runs/{ended}/record")
    return found


def test_an_imported_run_shows_what_the_first_showed(api: ApiDriver, ended: int, record: dict[str, Any]) -> None:
    run = api.post("/runs/import", record, 201)
    first = api.get(f"/runs/{ended}")
    assert (run["imported"], first["imported"]) == (True, False)
    alike = set(first) - {"id", "imported", "updated_at", "gate_id", "wish", "message"}
    assert {name: run[name] for name in alike} == {name: first[name] for name in alike}
    names = [figure["name"] for figure in api.get(f"/runs/{ended}/figures") if figure["ready"]]
    assert "learning_curve" in names
    for name in names:
        assert api.get(f"/runs/{run['id']}/figures/{name}") == api.get(f"/runs/{ended}/figures/{name}"), name
    for what in ("ledger", "plateaus", "returns"):
        both = [_without_ids(api.get(f"/runs/{run_id}/{what}")) for run_id in (run["id"], ended)]
        assert both[0] == both[1]
    gates = [_without_ids(api.get(f"/runs/{run_id}/gate")) for run_id in (run["id"], ended)]
    assert gates[0] == gates[1]
    assert api.get(f"/runs/{run['id']}/record") == record, "what went in comes out"


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        unlike = {"id", "run_id", "job_id", "created_at", "cursor"}
        return {name: _without_ids(part) for name, part in value.items() if name not in unlike}
    return [_without_ids(part) for part in value] if isinstance(value, list) else value


def test_the_same_record_again_is_the_same_run(api: ApiDriver, record: dict[str, Any]) -> None:
    first = api.post("/runs/import", record, 201)
    assert api.post("/runs/import", record, 200)["id"] == first["id"]
    api.ask("DELETE", f"/runs/{first['id']}", 204)
    assert "in the bin" in api.post("/runs/import", record, 409)["detail"]
    api.ask("DELETE", f"/bin/runs/{first['id']}", 204)
    assert api.post("/runs/import", record, 201)["name"] == first["name"]


def test_an_imported_run_is_over(api: ApiDriver, record: dict[str, Any]) -> None:
    run = api.post("/runs/import", record, 201)
    for what in ("pause", "resume", "cancel"):
        api.post(f"/runs/{run['id']}/{what}", None, 409)
    assert api.get("/queue")["queued"] == []
    assert [event["what"] for event in api.get(f"/runs/{run['id']}/events")["items"]] == ["imported"]
    assert api.post(f"/runs/{run['id']}/gate/approve", {}, 409)


def test_rules_of_today_do_not_refuse_its_configuration(api: ApiDriver, record: dict[str, Any]) -> None:
    record["config"]["budget"]["total_steps"] = 1
    run = api.post("/runs/import", record, 201)
    assert api.get(f"/runs/{run['id']}")["config"]["budget"]["total_steps"] == 1


def test_it_comes_into_an_experiment(api: ApiDriver, record: dict[str, Any]) -> None:
    experiment = api.post("/experiments", {"name": "theirs"}, 201)
    run = api.post(f"/runs/import?experiment_id={experiment['id']}", record, 201)
    assert (run["experiment_id"], run["arm_name"]) == (experiment["id"], "ours")
    problem = api.post("/runs/import?experiment_id=999", {**record, "name": "other"}, 422)
    assert problem["errors"][0]["field"] == "experiment_id"


def test_a_run_that_goes_on_cannot_be_exported(api: ApiDriver) -> None:
    run_id = api.launch()
    api.get(f"/runs/{run_id}/record", 409)
    api.get("/runs/999/record", 404)


def _wrong(path: str, value: Any) -> Any:
    return pytest.param(path, value, id=path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        _wrong("format", 2),
        _wrong("name", ""),
        _wrong("status", "queued"),
        _wrong("ended_at", "2001-01-01T00:00:00Z"),
        _wrong("config.suite.goals", -1),
        _wrong("surprise", 1),
        _wrong("jobs.1.work.key", "generalist-1"),
        _wrong("jobs.0.work.variations", [77]),
        _wrong("jobs.0.start_steps", -1),
        _wrong("jobs.0.reports.1.steps", -1),
        _wrong("jobs.1.work.source.job", "nobody"),
        _wrong("gates.0.opening.generalist", "nobody"),
        _wrong("gates.0.status", "approved"),
    ],
)
def test_what_is_wrong_is_named(api: ApiDriver, record: dict[str, Any], path: str, value: Any) -> None:
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = record
    for part in way:
        place = place[part]
    place[last] = value
    problem = api.post("/runs/import", record, 422)
    named = {"gates.0.status": "gates.0.decision"}.get(path, path)
    assert any(error["field"].removeprefix("body.").startswith(named) for error in problem["errors"]), problem
    assert api.get("/runs")["total"] == 1, "nothing came in"


def test_a_variation_that_no_worker_could_report_is_named(api: ApiDriver, record: dict[str, Any]) -> None:
    record["jobs"][0]["reports"][1]["returns"][0]["variation"] = 99
    problem = api.post("/runs/import", record, 422)
    assert problem["errors"][0]["field"] == "jobs.0.reports.returns.variation"
    assert api.get("/runs")["total"] == 1


@ON_SQLITE
def test_a_compressed_body_is_refused_unread(api: ApiDriver) -> None:
    """Only the page and the client unpack records, up to the most that a body may have."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * 2**24)
    assert "UTF-8" in api.ask("POST", "/runs/import", 400, content=bomb, headers=headers)["detail"]


def test_what_a_trainer_took_of_its_machine_is_no_diagnostic(api: ApiDriver) -> None:
    """It stands among the metrics, and leaves in its own place; the digest is that of a record without it."""
    run_id = api.launch()
    job = api.job(run_id)
    api.claim(job)
    api.report(job, started(), epoch(1, system={"system_memory": 1.5, "system_processor": 0.9}))
    api.post(f"/runs/{run_id}/cancel")
    api.finish(job, None, status="cancelled")
    record = api.get(f"/runs/{run_id}/record")
    [reported] = [report for report in record["jobs"][0]["reports"] if report["type"] == "epoch"]
    assert reported["system"] == {"system_memory": 1.5, "system_processor": 0.9}
    assert set(reported["metrics"]) == {"entropy", "kl"}
    bare = copy.deepcopy(record)
    for report in bare["jobs"][0]["reports"]:
        report.pop("system", None)
    assert RunRecord.model_validate(bare).digest == RunRecord.model_validate(record).digest
