"""A fork continues from a checkpoint of another run, with settings of its own, and both say so."""

from typing import Any

import pytest

from tests.backend.api_driver import ApiDriver, epoch, started


@pytest.fixture
def parent(api: ApiDriver) -> int:
    return api.at_the_gate(name="first")


def checkpoint(api: ApiDriver, run_id: int, kind: str = "checkpoint") -> int:
    return next(int(file["id"]) for file in api.get(f"/runs/{run_id}/artifacts") if file["kind"] == kind)


def fork(api: ApiDriver, run_id: int, status: int = 201, **fields: Any) -> Any:
    return api.post("/runs", {"checkpoint_id": checkpoint(api, run_id), **fields}, status)


def test_a_fork_has_the_runs_settings_but_for_what_is_changed(api: ApiDriver, parent: int) -> None:
    changed = fork(api, parent, config={"learner": {"learning_rate": 0.0001}, "seed": 7})
    before = api.get(f"/runs/{parent}")["config"]
    learner = {**before["learner"], "learning_rate": 0.0001}
    assert changed["config"] == {**before, "learner": learner, "seed": 7}


def test_its_generalist_gets_the_checkpoint_and_everything_else_is_new(api: ApiDriver, parent: int) -> None:
    run = fork(api, parent)
    claimed = api.claim(api.job(run["id"]))
    assert claimed["source"]["id"] == checkpoint(api, parent)
    assert (claimed["resume"], claimed["spec"]["start"], claimed["spec"]["source"]["job"]) == (None, "resume", "origin")
    assert (run["spent_steps"], claimed["spec"]["start_steps"]) == (0, 0)


def test_run_and_fork_name_each_other(api: ApiDriver, parent: int) -> None:
    run = fork(api, parent)
    origin = run["origin"]
    assert (origin["run_id"], origin["run_name"], origin["job"], origin["epoch"]) == (
        parent,
        "first",
        "generalist-1",
        2,
    )
    assert origin["steps"] == 200, "two epochs"
    assert (api.get(f"/runs/{parent}")["forks"], api.get(f"/runs/{parent}")["origin"]) == ([run["id"]], None)


def test_steps_add_up_over_forks_of_forks(api: ApiDriver, parent: int) -> None:
    child = fork(api, parent)["id"]
    api.claim(api.job(child))
    api.report(api.job(child), started(), epoch(1), epoch(2), epoch(3))
    api.finish(api.job(child), "budget")
    assert fork(api, child)["origin"]["steps"] == 500


def test_a_preset_may_replace_the_runs_settings(api: ApiDriver, parent: int) -> None:
    assert (
        fork(api, parent, preset="forkmaze")["total_steps"]
        == api.post("/runs", {"preset": "forkmaze"}, 201)["total_steps"]
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"learner": {"network": {"width": 33}}}, "config.learner.network"),
        ({"learner": {"popart": True}}, "config.learner.popart"),
        ({"learner": {"learning_rate": -1}}, "config.learner.learning_rate"),
    ],
)
def test_settings_that_the_checkpoint_does_not_fit_are_named(
    api: ApiDriver, parent: int, changes: dict[str, Any], field: str
) -> None:
    refused = fork(api, parent, 422, config=changes)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert api.get(f"/runs/{parent}")["forks"] == []


def test_another_suite_and_learner_are_named(api: ApiDriver, parent: int) -> None:
    refused = fork(api, parent, 422, preset="gymnasium-pendulum")
    assert {error["field"] for error in refused["errors"]} == {"config.suite.name", "config.learner.name"}


@pytest.mark.parametrize("preview", ["", "/preview"])
def test_a_checkpoint_that_is_none_is_refused(api: ApiDriver, parent: int, preview: str) -> None:
    assert [e["field"] for e in api.post(f"/runs{preview}", {"checkpoint_id": 999}, 422)["errors"]] == ["checkpoint_id"]


def test_only_a_policy_is_continued_from(api: ApiDriver) -> None:
    run_id = api.launch()
    api.claim(api.job(run_id))
    picture = api.upload(api.job(run_id), b"<svg/>", kind="picture", name="policy.svg")
    refused = api.post("/runs", {"checkpoint_id": picture["id"]}, 422)
    assert "picture" in refused["errors"][0]["message"]


def test_a_run_stays_until_its_forks_have_started(api: ApiDriver, parent: int) -> None:
    child = fork(api, parent)["id"]
    api.post(f"/runs/{parent}/cancel")
    api.ask("DELETE", f"/runs/{parent}", 204)
    assert str(child) in api.ask("DELETE", f"/bin/runs/{parent}", 409)["detail"]
    api.claim(api.job(child))
    api.upload(api.job(child), b"policy", name="first.ckpt")
    api.ask("DELETE", f"/bin/runs/{parent}", 204)
    origin = api.get(f"/runs/{child}")["origin"]
    assert (origin["run_id"], origin["run_name"]) == (None, "first")


def test_a_record_tells_where_a_fork_came_from(api: ApiDriver, parent: int) -> None:
    child = fork(api, parent)["id"]
    api.post(f"/runs/{child}/cancel")
    record = api.get(f"/runs/{child}/record")
    imported = api.post("/runs/import", record, 201)
    assert (imported["origin"]["run_id"], imported["origin"]["run_name"]) == (None, "first")
    assert api.get(f"/runs/{imported['id']}/record")["origin"] == record["origin"]
    assert "origin" not in api.get(f"/runs/{api.cancelled()}/record")
