"""Runs whose configuration the server can no longer read: all that is stored is shown, and nothing else suffers."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from gsl.backend.db.models import Run
from gsl.backend.figures import experiment_figures, run_figures
from gsl.backend.services.app_services import Services
from gsl.backend.services.reaper import catch_up, recover_lost, redispatch
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.figures.stored_run import Size, store_run
from tests.backend.marks import ON_SQLITE
from tests.backend.services.workers import expire, jobs

Config = dict[str, Any]
SIZE = Size(generalist=6, specialist=3, finetune=6, seen=10, evaluate_every=3)


def without_suite(config: Config) -> Config:
    """Its suite came from a package that is gone."""
    return {**config, "suite": {**config["suite"], "name": "gridworld"}}


def renamed(config: Config) -> Config:
    """A setting of the learner had another name."""
    return {**config, "learner": {**config["learner"], "worth": 3}}


CASES = pytest.mark.parametrize(
    ("change", "field"), [(without_suite, "config.suite.name"), (renamed, "config.learner.worth")]
)


def alter(services: Services, run_id: int, change: Callable[[Config], Config]) -> Config:
    """Store another configuration, as if other code had launched the run; returns what was stored before."""
    with services.database.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        before = run.config
        run.config = change(before)
    return before


@CASES
def test_everything_stored_of_an_ended_run_is_shown(
    api: ApiDriver, services: Services, change: Callable[[Config], Config], field: str
) -> None:
    experiment = api.post("/experiments", {"name": "both"}, 201)["id"]
    with services.database.write() as session:
        ids = [store_run(session, PRESETS["forkmaze"].config, SIZE) for _ in range(2)]
        for run_id in ids:
            session.get_one(Run, run_id).experiment_id = experiment
    run_id, other = ids
    paths = ["jobs", "returns", "returns?source=evaluation", "plateaus", "ledger", "events"]
    paths += ["artifacts", "metrics", "figures"]
    before = {path: api.get(f"/runs/{run_id}/{path}") for path in paths}
    raw = change(alter(services, run_id, change))

    run = api.get(f"/runs/{run_id}")
    assert field in run["read_only"]
    assert (run["config"], run["phases"], run["eta_seconds"]) == (raw, [], 0)
    for path in paths:
        assert forgiving(api.get(f"/runs/{run_id}/{path}")) == forgiving(before[path]), path
    for name in run_figures():
        assert api.get(f"/runs/{run_id}/figures/{name}")["data"], name
    listed = {item["id"]: item for item in api.get("/runs")["items"]}
    assert (field in listed[run_id]["read_only"], listed[other]["read_only"]) == (True, "")
    assert listed[other]["phases"]
    compared = api.get(f"/experiments/{experiment}/comparison")
    assert sum(arm["seeds"] for arm in compared["arms"]) == 2, compared
    for name in experiment_figures():
        api.get(f"/experiments/{experiment}/figures/{name}")


def forgiving(answer: Any) -> Any:
    """Without what only the configuration tells: names of variations that no gate has shown, terms and plans."""
    if isinstance(answer, list):
        return [forgiving(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {key: forgiving(value) for key, value in answer.items() if key not in ("name", "terms", "plan")}


@ON_SQLITE
def test_its_gate_is_shown_and_names_its_variations(api: ApiDriver, services: Services) -> None:
    run_id = api.at_the_gate()
    gates, returns = (api.get(f"/runs/{run_id}/{what}") for what in ("gates", "returns?source=evaluation"))
    assert gates[0]["terms"], "there is something to forgive"
    alter(services, run_id, without_suite)
    assert forgiving(api.get(f"/runs/{run_id}/gates")) == forgiving(gates)
    assert api.get(f"/runs/{run_id}/gate")["plan"] == []
    named = api.get(f"/runs/{run_id}/returns?source=evaluation")["items"]
    assert [item["name"] for item in named] == [item["name"] for item in returns["items"]]


@ON_SQLITE
def test_its_record_has_the_configuration_as_it_was_stored(api: ApiDriver, services: Services) -> None:
    run_id = api.at_the_gate()
    api.post(f"/runs/{run_id}/cancel")
    record = api.get(f"/runs/{run_id}/record")
    raw = renamed(alter(services, run_id, renamed))
    assert api.get(f"/runs/{run_id}/record") == {**record, "config": raw}
    assert "config.learner.worth" in api.post("/runs/import", {**record, "config": raw}, 422)["detail"]


@ON_SQLITE
def test_what_changes_the_run_is_refused_with_its_reason(api: ApiDriver, services: Services) -> None:
    run_id, paused = api.at_the_gate(), api.launch()
    api.post(f"/runs/{paused}/pause")
    for each in (run_id, paused):
        alter(services, each, without_suite)
    job_id = api.job(run_id, "evaluation-1")
    for path, body in (
        (f"/runs/{run_id}/gate/approve", {}), (f"/runs/{run_id}/gate/reject", {"action": "stop"}),
        (f"/runs/{run_id}/pause", None), (f"/runs/{run_id}/baseline", None), (f"/runs/{paused}/resume", None),
    ):  # fmt: skip
        assert "config.suite.name" in api.post(path, body, 409)["detail"], path
    refused = api.post("/gates/approve", {"runs": [run_id]})["refused"]
    assert [each["run_id"] for each in refused] == [run_id]
    with services.database.write() as session:
        session.get_one(Run, run_id).status = "failed"
    assert "config.suite.name" in api.post(f"/runs/{run_id}/retry", None, 409)["detail"]
    assert api.get(f"/jobs/{job_id}")["status"] == "succeeded"

    assert api.ask("PATCH", f"/runs/{paused}", json={"name": "still mine"})["name"] == "still mine"
    assert api.post(f"/runs/{paused}/cancel")["status"] == "cancelled"
    api.ask("DELETE", f"/runs/{paused}", 204)


def test_an_unfinished_run_waits_without_a_word_and_goes_on_when_the_code_is_back(
    api: ApiDriver, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    run_id, queued, other = api.launch(), api.launch(), api.launch()
    held = api.job(run_id)
    api.claim(held)
    before = {each: alter(services, each, without_suite) for each in (run_id, queued)}
    with caplog.at_level(logging.WARNING):
        catch_up(services)
        assert "config.suite.name" in api.report(held, started(), epoch(1), status=409)["detail"]
        expire(services, jobs(services, run_id)[0])
        for _ in range(3):
            recover_lost(services)
            redispatch(services)
    assert caplog.records == []
    assert [api.get(f"/jobs/{api.job(each)}")["status"] for each in (run_id, queued, other)] == [
        "paused", "paused", "queued",
    ]  # fmt: skip
    waiting = api.get(f"/runs/{run_id}")
    assert (waiting["status"], waiting["eta_seconds"]) == ("generalist", None)
    assert "waiting" in waiting["message"]
    api.claim(api.job(queued), status=409)

    for each, config in before.items():
        alter(services, each, lambda _, config=config: config)  # type: ignore[misc]  # bound to this round's value
    catch_up(services)
    api.work(held, "claim", {"worker": "w2"})
    api.report(held, started(), epoch(1), attempt=2)
    assert api.get(f"/runs/{run_id}")["read_only"] == ""


@ON_SQLITE
def test_cancelling_waits_for_the_worker_that_still_has_the_job(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    job_id = api.job(run_id)
    api.claim(job_id)
    alter(services, run_id, without_suite)
    assert api.post(f"/runs/{run_id}/cancel")["status"] == "generalist"
    assert api.work(job_id, "heartbeat", {"worker": "w1", "attempt": 1})["wish"] == "cancel"
    api.finish(job_id, None, status="lost", result=None)
    recover_lost(services)
    assert api.get(f"/runs/{run_id}")["status"] == "cancelled"


@ON_SQLITE
def test_an_arm_with_such_a_run_takes_no_more_seeds_and_others_do(api: ApiDriver, services: Services) -> None:
    api.announce("w1", "forkmaze")
    experiment = api.post("/experiments", {"name": "more"}, 201)["id"]
    launch = {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1]}
    [run] = api.post(f"/experiments/{experiment}/runs", launch, 201)
    alter(services, run["id"], without_suite)
    refused = api.post(f"/experiments/{experiment}/runs", {**launch, "seeds": [2]}, 422)
    assert [error["field"] for error in refused["errors"]] == ["arms.0.name"]
    api.post(f"/experiments/{experiment}/runs", {**launch, "arms": [{"name": "b"}]}, 201)


@ON_SQLITE
def test_such_a_baseline_does_not_keep_others_from_theirs(api: ApiDriver, services: Services) -> None:
    api.announce("w1", "forkmaze")
    first = api.launch()
    baseline = api.post(f"/runs/{first}/baseline", None, 201)
    alter(services, baseline["id"], without_suite)
    sibling = api.launch(experiment_id=baseline["experiment_id"])
    assert api.post(f"/runs/{sibling}/baseline", None, 201)["baseline_of"] == sibling
