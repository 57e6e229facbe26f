"""A script keeps control: its run is launched and found again, judged by criterion H, asked about, and split."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job
from gsl.backend.services.app_services import Services
from gsl.backend.services.reaper import recover_lost
from gsl.config.plateau import PlateauSettings
from gsl.method.plateau import replay
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.tracked import PLATEAU, Script


@pytest.fixture
def script(api: ApiDriver) -> Script:
    return Script(api)


def expire(services: Services, run_id: int) -> None:
    """As if the script had been silent for a long time."""
    with services.database.write() as session:
        job = session.exec(select(Job).where(Job.run_id == run_id, Job.status == "running")).one()
        job.lease_until = now() - timedelta(seconds=1)
    assert recover_lost(services) == [run_id]


def test_a_plateau_opens_the_gate_and_the_approved_specialists_become_runs(script: Script, api: ApiDriver) -> None:
    script.to_the_gate()
    gate = api.get(f"/runs/{script.run_id}/gate")
    assert (script.told["state"], script.run()["status"], gate["evidence"]["fired"]) == (
        "gate", "awaiting_approval", "plateau",
    )  # fmt: skip
    assert {row["name"]: row["mean_return"] for row in gate["evidence"]["variations"]} == {
        "left": 1.0, "right": 2.0, "far": 3.0, "near": 4.0,
    }  # fmt: skip
    assert "newest training episodes" in gate["evidence"]["why"]
    api.post(f"/runs/{script.run_id}/gate/approve", {"partition": [[0], [1, 2]], "specialist_steps": 200})
    script.look()
    assert script.told["state"] == "specialists"
    assert [(part["names"], part["steps"]) for part in script.told["split"]] == [
        (["left"], 200), (["right", "far"], 200),
    ]  # fmt: skip
    first, second = script.specialist(1), script.specialist(2)
    assert second.told["names"] == ["right", "far"]
    for child, returns in ((first, [5.0]), (second, [6.0, 7.0])):
        child.epoch(returns)
        child.epoch(returns)
        assert (child.told["state"], child.run()["status"]) == ("ended", "succeeded")
    assert second.run()["score"] == pytest.approx(0.65)
    parent = script.run()
    assert (parent["status"], parent["message"]) == ("succeeded", "2 of 2 specialists trained by its script")
    assert parent["spent_steps"] == script.told["steps"]


def test_h_is_what_it_is_elsewhere_also_after_the_script_went_back(script: Script, api: ApiDriver) -> None:
    curve = [0.0, 1.0, 2.0, 3.0, 3.1, 3.0, 3.1, 3.0, 3.05, 3.0, 3.1, 3.0]
    expected = replay(PlateauSettings.model_validate(PLATEAU), curve, [4.0] * len(curve))[0].detected_epoch
    script.begin()
    for value in (*curve[:3], 9.0, 9.0):
        script.epoch([value] * 4)
    script.leave(done=False)
    script.begin(epoch=3)
    assert (script.told["epochs"], script.told["steps"], script.told["attempt"]) == (3, 300, 2)
    for value in curve[3:]:
        if script.told["state"] == "training":
            script.epoch([value] * 4)
    [plateau] = api.get(f"/runs/{script.run_id}/plateaus")
    assert plateau["detected_epoch"] == script.told["epochs"] == expected


def test_the_newest_epoch_may_be_sent_again_also_if_it_ended_the_training(script: Script) -> None:
    script.begin()
    script.epoch()
    again = script.epoch(epoch=1)
    assert (again["epochs"], again["steps"]) == (1, 100)
    while script.told["state"] == "training":
        script.epoch()
    last, attempt = script.told["epochs"], script.told["attempt"]
    assert script.epoch(epoch=last, attempt=attempt)["state"] == "gate"
    assert script.run()["spent_steps"] == 100 * last


def test_a_script_that_died_is_waited_for_and_goes_on_where_it_was(script: Script, services: Services) -> None:
    script.begin()
    script.epoch()
    held = Script(script.api).begin()
    assert (held["state"], held["attempt"], held["run_id"]) == ("held", 0, script.run_id)
    assert "lab-3, process 7" in held["message"]
    expire(services, script.run_id)
    waiting = script.run()
    assert "waiting for its script" in waiting["message"]
    assert "worker" not in waiting["message"] + waiting["activity"]
    queue = script.api.get("/queue")
    assert (queue["queued"], queue["waiting"], queue["ready"]) == ([], [], 0)
    other = Script(script.api)
    assert other.begin()["epochs"] == 1
    other.epoch()
    problem = script.epoch(status=409)
    assert "not the current one" in problem["detail"]


def test_pausing_and_cancelling_reach_the_script_with_its_next_epoch(script: Script, api: ApiDriver) -> None:
    script.begin()
    api.post(f"/runs/{script.run_id}/pause")
    assert script.epoch()["state"] == "paused"
    assert script.run()["status"] == "paused"
    assert Script(api).begin()["state"] == "paused"
    api.post(f"/runs/{script.run_id}/resume")
    assert script.begin()["state"] == "training"
    api.post(f"/runs/{script.run_id}/cancel")
    assert script.epoch()["state"] == "ended"
    assert script.run()["status"] == "cancelled"


def test_a_gate_that_keeps_training_lets_the_script_go_on(script: Script, api: ApiDriver) -> None:
    script.to_the_gate()
    api.post(f"/runs/{script.run_id}/gate/reject", {"action": "continue"})
    assert script.look()["state"] == "training"
    assert script.begin()["attempt"] == 1
    while script.told["state"] == "training":
        script.epoch()
    assert script.told["state"] == "gate"
    plateaus = api.get(f"/runs/{script.run_id}/plateaus")
    assert [row["detected_epoch"] for row in plateaus][1] > PLATEAU["window"]


def test_a_script_may_end_before_the_gate_at_it_and_without_its_specialists(script: Script, api: ApiDriver) -> None:
    script.begin()
    script.epoch()
    script.leave(done=True)
    assert (script.run()["status"], script.run()["message"]) == (
        "succeeded", "ended by its script before a decision about specialists",
    )  # fmt: skip
    at_the_gate = Script(api).to_the_gate()
    at_the_gate.leave(done=True)
    assert at_the_gate.run()["status"] == "succeeded"
    approved = Script(api).approved()
    child = approved.specialist(1)
    api.post(f"/runs/{child.run_id}/cancel")
    child.epoch([1.0])
    approved.leave(done=True)
    assert approved.run()["message"] == "1 of 2 specialists trained by its script, of which 1 cancelled"


def test_a_run_that_has_ended_is_followed_by_a_new_one(script: Script, api: ApiDriver) -> None:
    script.begin()
    first = script.run_id
    script.leave(done=True)
    assert script.begin()["run_id"] != first
    assert Script(api, "another").begin()["run_id"] not in (first, script.run_id)


def test_the_last_epoch_may_exceed_the_budget(script: Script) -> None:
    script.begin()
    budget = script.told["budget_steps"]
    script.epoch(steps=budget - 1)
    assert script.epoch(steps=70)["state"] == "gate"
    assert script.run()["spent_steps"] == budget + 69


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"epoch": 7}, "epoch", "must be 2, the next one"),
        ({"steps": 0}, "steps", "greater than or equal to 1"),
        ({"steps": -5}, "steps", "greater than or equal to 1"),
        ({"steps": 10**9}, "steps", "the whole budget"),
        ({"epoch": 1, "steps": 101}, "steps", "must be 100"),
        ({"episodes": [{"variation": 4, "return": 1.0, "length": 1}]}, "episodes.0.variation", "from 0 to 3"),
        ({"episodes": [{"variation": 0, "return": "nan", "length": 1}]}, "episodes.0.return", "finite"),
        ({"episodes": [{"variation": 0, "return": 1.0, "length": 0}]}, "episodes.0.length", "greater"),
        ({"metrics": {"loss": "inf"}}, "metrics.loss", "finite"),
        ({"seconds": -1}, "seconds", "greater"),
        ({"attempt": 0}, "attempt", "greater"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_epoch_is_named(script: Script, fields: dict[str, Any], field: str, said: str) -> None:
    script.begin()
    script.epoch()
    [error] = script.epoch(status=422, **fields)["errors"]
    assert error["field"] == field
    assert said in error["message"]
    assert script.run()["spent_steps"] == 100


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"protocol": 2}, "protocol", "older than gsl_track.py"),
        ({"protocol": 0}, "protocol", "newer gsl_track.py"),
        ({"epoch": 5}, "epoch", "must be at most 0"),
        ({"key": ""}, "key", "at least 1"),
        ({"config": {"budget": {"total_steps": "many"}}}, "config.budget.total_steps", "integer"),
        ({"config": {"suite": {"variations": 0}}}, "config.suite.variations", "greater"),
        ({"config": {"suite": 5}}, "config.suite", ""),
        ({"config": {"suite": {"name": "forkmaze"}}}, "config.suite.name", "must be external"),
        ({"config": {"learner": {"trainer": "own"}}}, "config.learner.trainer", "must be empty"),
        ({"config": {"cycles": {"count": 2}}}, "config.cycles.count", "must be 1"),
        ({"config": {"specialists": {"count": 9}}}, "config.specialists.count", "too few"),
        ({"config": {"gate": {"policy": "none such"}}}, "config.gate.policy", ""),
        ({"project_id": 99}, "project_id", "does not exist"),
    ],
)  # fmt: skip
def test_what_is_wrong_at_the_start_is_named(script: Script, fields: dict[str, Any], field: str, said: str) -> None:
    problem = script.begin(422, **fields)
    assert field in [error["field"] for error in problem["errors"]]
    assert said in problem["detail"]
    assert script.api.get("/runs")["total"] == 0


@ON_SQLITE
def test_other_settings_under_the_same_key_are_named(script: Script) -> None:
    script.begin()
    script.leave(done=False)
    script.config = script.config | {"budget": {"total_steps": 20_000}, "plateau": {**PLATEAU, "window": 5}}
    problem = script.begin(422)
    assert [error["field"] for error in problem["errors"]] == ["config.plateau.window", "config.budget.total_steps"]
    assert "is 10000 in run 1" in problem["detail"]


@ON_SQLITE
def test_what_cannot_be_said_now_is_refused_with_the_reason(script: Script, api: ApiDriver) -> None:
    script.begin()
    start = {"protocol": 1, "script": "lab-3, process 7"}
    specialist = f"/runs/{script.run_id}/tracked/specialists/1"
    assert "no specialists" in api.post(specialist, start, 409)["detail"]
    ordinary = api.launch()
    assert "not tracked" in api.get(f"/runs/{ordinary}/tracked", 409)["detail"]
    while script.told["state"] == "training":
        script.epoch()
    assert "takes no epochs now" in script.epoch(status=409)["detail"]


@ON_SQLITE
def test_nobody_else_launches_or_takes_such_a_run(script: Script, api: ApiDriver) -> None:
    script.begin()
    config = script.run()["config"]
    [error] = api.post("/runs", {"config": config}, 422)["errors"]
    assert "gsl_track.track()" in error["message"]
    script.leave(done=False)
    asked = {"worker": "w1", "suites": ["forkmaze", "external"]}
    assert api.ask("POST", "/jobs/next", json=asked, headers=BEARER) is None
