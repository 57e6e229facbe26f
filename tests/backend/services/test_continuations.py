"""A run that succeeded goes on, marked for good; with its baseline if that is asked for; and when it is refused."""

import io
from typing import Any
from zipfile import ZipFile

import pytest
from sqlmodel import col, delete

from gsl.backend.db.models import Artifact
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token

EPOCH = 4096
MEANS, BETTER = [0.2, 0.4, 0.2, 0.4], [0.6, 0.8, 0.6, 0.8]


def ended(api: ApiDriver, **fields: Any) -> int:
    """A plain generalist with its result."""
    config = {"arm": "generalist", **fields.pop("config", {})}
    run_id = api.launch(config=config, **fields)
    api.play(run_id, MEANS)
    return run_id


def go_on(api: ApiDriver, run_id: int, steps: int = 2 * EPOCH, status: int = 200, **fields: Any) -> Any:
    return api.post(f"/runs/{run_id}/continue", {"steps": steps, **fields}, status)


def offer(api: ApiDriver, run_id: int) -> Any:
    return api.get(f"/runs/{run_id}/continuation")


def pair(api: ApiDriver) -> tuple[int, int]:
    """A run with its result, and its baseline, which is still to be trained."""
    run_id = api.launch(config={"gate": {"optimal_score": 0.1, "mode": "auto"}})
    baseline = int(api.post(f"/runs/{run_id}/baseline", status=201)["id"])
    api.play(run_id, MEANS)
    return run_id, baseline


def test_its_policy_trains_on_and_both_results_stand(api: ApiDriver) -> None:
    run_id = ended(api)
    before = api.get(f"/runs/{run_id}")
    [run] = go_on(api, run_id)
    assert (run["status"], run["ended_at"], run["total_steps"]) == (
        "generalist", None, before["total_steps"] + 2 * EPOCH,
    )  # fmt: skip
    [more] = run["continuations"]
    assert (more["number"], more["steps"], more["policy"], more["asked_by"]) == (1, 2 * EPOCH, "generalist-1", "owner")
    assert (more["score"], run["continued_steps"]) == (before["score"], 2 * EPOCH)
    claimed = api.claim(api.job(run_id, "continued-1"))
    assert (claimed["source"]["job_key"], claimed["resume"]) == ("generalist-1", None)
    api.report(api.job(run_id, "continued-1"), started(), epoch(1), epoch(2))
    api.finish(api.job(run_id, "continued-1"), "budget")
    api.play(run_id, BETTER)
    after = api.get(f"/runs/{run_id}")
    assert (before["score"], after["score"]) == (pytest.approx(0.3), pytest.approx(0.7))
    assert after["score_source"] == "final evaluation of continuation 1"
    assert after["mean_return_source"] == "training, epoch 2 (continued-1)"
    assert after["spent_steps"] == before["spent_steps"] + 2 * 100 + 40, (
        "two epochs, and this worker counts what it evaluates"
    )
    assert api.get(f"/runs/{run_id}/ledger")["total_steps"] == after["total_steps"]
    steps = [(step["phase"], step["segment"], step["state"]) for step in after["phases"]]
    assert steps[-3:] == [("final_evaluation", 1, "done"), ("continuation", 1, "done"), ("final_evaluation", 2, "done")]
    told = next(event for event in api.get(f"/runs/{run_id}/events")["items"] if event["what"] == "continued")
    assert told["who"] == "owner"
    assert "decided after the result was seen" in told["detail"]


def test_a_gsl_run_goes_on_from_its_last_policy(api: ApiDriver) -> None:
    run_id = api.at_the_gate(config={"gate": {"optimal_score": 0.1}})
    assert api.get(f"/runs/{run_id}")["status"] == "succeeded"
    go_on(api, run_id)
    api.play(run_id, BETTER)
    assert [job["key"] for job in api.get(f"/runs/{run_id}/jobs")][2:] == ["continued-1", "evaluation-continued-1"]
    assert api.get(f"/runs/{run_id}/gates") == []


def test_the_baseline_goes_on_by_the_same_steps(api: ApiDriver) -> None:
    run_id, baseline = pair(api)
    api.play(baseline, MEANS)
    [other] = offer(api, run_id)["others"]
    assert (other["id"], other["comes_along"], other["why_not"]) == (baseline, True, "")
    both = go_on(api, run_id, with_baseline=True)
    assert [run["id"] for run in both] == [run_id, baseline]
    assert [run["continued_steps"] for run in both] == [2 * EPOCH, 2 * EPOCH]
    assert api.get("/audit")["items"][0]["detail"] == f"by {2 * EPOCH} steps, with run {baseline}"


def test_one_that_was_left_behind_is_named_and_follows_alone(api: ApiDriver) -> None:
    run_id, baseline = pair(api)
    api.play(baseline, MEANS)
    go_on(api, run_id)
    api.play(run_id, BETTER)
    [other] = offer(api, run_id)["others"]
    assert (other["comes_along"], other["behind_steps"]) == (False, 2 * EPOCH)
    experiment = api.get(f"/runs/{run_id}")["experiment_id"]
    warnings = " ".join(api.get(f"/experiments/{experiment}/comparison")["warnings"])
    assert "1 of 1 runs of gsl were continued, by up to 8,192 steps" in warnings
    assert "did not spend the same number" in warnings
    assert "no other arm" in go_on(api, baseline, 2 * EPOCH, 409, with_baseline=True)["detail"]
    go_on(api, baseline)
    assert offer(api, run_id)["others"][0]["behind_steps"] == 0


def test_all_go_on_or_none(api: ApiDriver) -> None:
    run_id, baseline = pair(api)
    refused = go_on(api, run_id, 2 * EPOCH, 409, with_baseline=True)
    assert f"Run {baseline} is queued" in refused["detail"]
    assert f"Run {baseline} is queued" in offer(api, run_id)["others"][0]["why_not"]
    assert (api.get(f"/runs/{run_id}")["status"], api.get(f"/runs/{run_id}")["continuations"]) == ("succeeded", [])


def test_a_second_click_changes_nothing(api: ApiDriver) -> None:
    run_id = ended(api)
    seen = api.get(f"/runs/{run_id}")["total_steps"]
    go_on(api, run_id, total_steps=seen)
    assert "continued meanwhile" in go_on(api, run_id, 2 * EPOCH, 409, total_steps=seen)["detail"]
    assert "is generalist: only a run that succeeded" in go_on(api, run_id, status=409)["detail"]
    api.play(run_id, BETTER)
    assert "continued meanwhile" in go_on(api, run_id, 2 * EPOCH, 409, total_steps=seen)["detail"]
    assert len(api.get(f"/runs/{run_id}")["continuations"]) == 1


@pytest.mark.parametrize("steps", [0, -1, EPOCH - 1, 10**13, "many", None])
def test_steps_that_are_none_are_refused(api: ApiDriver, steps: Any) -> None:
    run_id = ended(api)
    refused = go_on(api, run_id, steps, 422)
    assert [error["field"] for error in refused["errors"]] == ["steps"]
    assert api.get(f"/runs/{run_id}")["status"] == "succeeded"


def test_only_runs_that_can_go_on_are_continued(api: ApiDriver, services: Services) -> None:
    going, cancelled = api.launch(), api.cancelled()
    assert "is queued: only a run that succeeded" in go_on(api, going, status=409)["detail"]
    assert "fork it instead" in go_on(api, cancelled, status=409)["detail"]
    run_id = ended(api)
    imported = api.post("/runs/import", api.get(f"/runs/{run_id}/record"), 201)["id"]
    assert "imported" in go_on(api, imported, status=409)["detail"]
    assert "imported" in offer(api, imported)["why_not"]
    api.post("/runs/changes", {"run_ids": [run_id], "action": "archive"})
    assert "archived" in go_on(api, run_id, status=409)["detail"]
    api.post("/runs/changes", {"run_ids": [run_id], "action": "unarchive"})
    viewer = token(services, "vera", "viewer")
    api.ask("POST", f"/runs/{run_id}/continue", 403, json={"steps": EPOCH}, headers=viewer)
    api.ask("GET", f"/runs/{run_id}/continuation", headers=viewer)
    api.ask("DELETE", f"/runs/{run_id}", 204)
    go_on(api, run_id, status=404)


def test_without_a_checkpoint_there_is_nothing_to_go_on_from(api: ApiDriver, services: Services) -> None:
    run_id = ended(api)
    with services.database.write() as session:
        session.execute(delete(Artifact).where(col(Artifact.run_id) == run_id))
    assert "no stored checkpoint" in go_on(api, run_id, status=409)["detail"]
    found = offer(api, run_id)
    assert ("no stored checkpoint" in found["why_not"], found["policy"], found["least_steps"]) == (True, None, None)


def test_a_quota_counts_them(api: ApiDriver, services: Services) -> None:
    max_ = token(services, "max", "member")
    run = api.ask(
        "POST", "/runs", 201, json={"preset": "forkmaze-quick", "config": {"arm": "generalist"}}, headers=max_
    )
    api.play(run["id"], MEANS)
    api.ask("PUT", "/people/max/quota", json={"steps_a_day": run["total_steps"] + 3 * EPOCH})
    asked: dict[str, Any] = {"json": {"steps": 2 * EPOCH}, "headers": max_}
    api.ask("POST", f"/runs/{run['id']}/continue", **asked)
    api.play(run["id"], BETTER)
    refused = api.ask("POST", f"/runs/{run['id']}/continue", 409, **asked)["detail"]
    assert "of environment steps a day of max" in refused
    assert f"asks for {2 * EPOCH:,}" in refused
    assert api.get(f"/runs/{run['id']}")["total_steps"] == run["total_steps"] + 2 * EPOCH


def test_one_that_failed_or_was_cancelled_is_tried_again(api: ApiDriver) -> None:
    run_id = ended(api)
    go_on(api, run_id)
    assert api.post(f"/runs/{run_id}/cancel")["status"] == "cancelled"
    assert api.post(f"/runs/{run_id}/retry")["status"] == "generalist"
    job = api.job(run_id, "continued-1")
    api.claim(job)
    api.finish(job, None, status="failed", error="broken")
    assert api.get(f"/runs/{run_id}")["status"] == "failed"
    api.post(f"/runs/{run_id}/retry")
    api.claim(job)
    api.report(job, started(), epoch(1), attempt=2)
    api.finish(job, "budget", attempt=2)
    api.play(run_id, BETTER)


@ON_SQLITE
def test_records_and_tables_say_so(api: ApiDriver) -> None:
    run_id = ended(api)
    plain = api.get(f"/runs/{run_id}/record")
    assert "continuations" not in plain
    go_on(api, run_id)
    api.play(run_id, BETTER)
    record, run = api.get(f"/runs/{run_id}/record"), api.get(f"/runs/{run_id}")
    imported = api.post("/runs/import", record, 201)
    for name in ("continuations", "continued_steps", "total_steps", "spent_steps", "score"):
        assert imported[name] == run[name], name
    assert api.get(f"/runs/{imported['id']}/record")["continuations"] == record["continuations"]
    with ZipFile(
        io.BytesIO(api.response("GET", f"/runs/{run_id}/export", params={"format": "csv"}).content)
    ) as archive:
        assert "continued_steps" in archive.read("runs.csv").decode()
        assert f"{run_id},1,{2 * EPOCH},{run['total_steps']},generalist-1" in archive.read("continuations.csv").decode()
    wrong = {**record, "continuations": [{**record["continuations"][0], "total_steps": 7}]}
    assert "continuations.0" in api.post("/runs/import", wrong, 422)["detail"]
    found = api.get("/runs", q="continued_steps > 0 and imported = no", columns="continued_steps")["items"]
    assert [(item["id"], item["values"]) for item in found] == [(run_id, {"continued_steps": 2 * EPOCH})]
