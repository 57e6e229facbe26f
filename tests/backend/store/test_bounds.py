"""What a worker may not send: it is refused at its field, and nothing of its batch is stored."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import BEARER, PLATEAU, ApiDriver, epoch, evaluation, returns, started
from tests.backend.marks import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    """A running generalist that has reported two epochs of 100 steps."""
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), epoch(2))
    return job_id


def demonstrated(**count: Any) -> dict[str, Any]:
    counts = [{"variation": 0, "kept": 1, "tried": 2, "mean_return": 0.5, **count}]
    return {"type": "demonstrations", "steps": 1, "seconds": 1.0, "counts": counts}


@pytest.mark.parametrize(
    ("reports", "field", "right"),
    [
        ([epoch(4)], "0.epoch", "3"),
        ([epoch(3), epoch(5)], "1.epoch", "4"),
        ([started(3)], "0.epoch", "2"),
        ([started(1), epoch(3)], "1.epoch", "2"),
        ([epoch(3, job_steps=299)], "0.job_steps", "300"),
        ([epoch(3), evaluation(3, [0.5], steps=40), epoch(4, job_steps=441)], "2.job_steps", "400 to 440"),
        ([epoch(3, steps=10**6, job_steps=10**6 + 200)], "0.job_steps", "budget"),
        ([epoch(3), evaluation(4, [0.5])], "1.epoch", "3"),
        ([epoch(3, 0.5, success_rate=1.01)], "0.success_rate", "1"),
        ([epoch(3, returns=[returns([0.5])[0] | {"success_rate": -0.1}])], "0.returns.0.success_rate", "0"),
        ([epoch(3, returns=[*returns([0.5]), *returns([0.6])])], "0.returns.variation", "once"),
        ([epoch(3), evaluation(3, []) | {"training": returns([0.5]) * 2}], "1.training.variation", "once"),
        ([epoch(3, metrics={"m" * 201: 1.0})], "0.metrics", "200"),
        ([epoch(3, metrics={f"m{n}": 1.0 for n in range(201)})], "0.metrics", "200"),
        ([epoch(3, plateau=PLATEAU | {"detected_epoch": 4})], "0.plateau.detected_epoch", "3"),
        ([epoch(3, steps=2**60)], "0.steps", "9007199254740992"),
        ([started(0) | {"device": "d" * 201}], "0.device", "200"),
        ([demonstrated(kept=3)], "0.counts.kept", "2"),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    api: ApiDriver, job_id: int, reports: list[dict[str, Any]], field: str, right: str
) -> None:
    before = stored(api, job_id)
    problem = api.report(job_id, *reports, status=422)
    fields = {error["field"]: error["message"] for error in problem["errors"]}
    [(named, message)] = [item for item in fields.items() if item[0].startswith(f"reports.{field}")]
    assert right in message, (named, message)
    assert stored(api, job_id) == before


def stored(api: ApiDriver, job_id: int) -> tuple[Any, ...]:
    """Without the times left, which depend on the clock."""
    run = api.get("/runs/1")
    steps = [step | {"eta_seconds": None} for step in run["phases"]]
    return api.get(f"/jobs/{job_id}"), run | {"eta_seconds": None, "phases": steps}, api.get("/runs/1/returns")


def test_demonstrations_of_variations_that_are_not_the_jobs_are_refused(api: ApiDriver, job_id: int) -> None:
    problem = api.report(job_id, demonstrated(variation=77), status=422)
    assert problem["errors"][0]["field"] == "reports.counts.variation"


def test_steps_of_an_evaluation_count_towards_the_next_epoch(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, evaluation(2, [0.5], steps=40))
    api.report(job_id, epoch(3, job_steps=340))
    api.report(job_id, epoch(3, job_steps=340))
    api.report(job_id, started(2), evaluation(2, [0.5], steps=45), epoch(3, job_steps=345))
    assert api.get(f"/jobs/{job_id}")["steps"] == 345


def test_a_success_needs_its_result_and_its_checkpoint(api: ApiDriver, job_id: int) -> None:
    def finish(result: dict[str, Any] | None, status: int) -> Any:
        return api.work(job_id, "finish", {"attempt": 1, "status": "succeeded", "result": result}, status)

    result = {"outcome": "budget", "epochs": 2, "steps": 200}
    assert finish(None, 422)["errors"][0]["field"] == "result"
    problem = finish(result, 422)
    assert (problem["errors"][0]["field"], "checkpoint" in problem["detail"]) == ("status", True)
    assert api.get(f"/jobs/{job_id}")["status"] == "running"
    api.upload(job_id, b"policy")
    assert finish(result | {"best_epoch": 3}, 422)["errors"][0]["field"] == "result.best_epoch"
    assert finish(result, 200)["status"] == "succeeded"


def test_an_evaluation_is_of_an_epoch_of_its_source_and_reported_before_it_succeeds(api: ApiDriver) -> None:
    run_id = api.launch()
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1))
    api.finish(generalist)
    measuring = api.job(run_id, "evaluation-1")
    api.claim(measuring)
    result = {"outcome": "completed", "epochs": 0, "steps": 40}
    body = {"attempt": 1, "status": "succeeded", "result": result}
    assert api.work(measuring, "finish", body, 422)["errors"][0]["field"] == "status"
    problem = api.report(measuring, started(), evaluation(2, [0.5]), status=422)
    assert problem["errors"][0]["field"] == "reports.1.epoch"
    api.report(measuring, started(), evaluation(1, [0.5]))
    assert api.work(measuring, "finish", body)["status"] == "succeeded"


def test_the_files_of_a_job_have_a_quota(
    api: ApiDriver, services: Services, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.settings, "job_quota_gb", 1e-6)
    api.upload(job_id, b"x" * 600)
    problem = api.upload(job_id, b"y" * 401, 413, name="epoch-2.ckpt", epoch=2)
    assert problem["errors"][0]["field"] == "body"
    assert "GSL_JOB_QUOTA_GB" in problem["detail"]
    api.upload(job_id, b"z" * 1000)  # replaces the first
    assert [each["size"] for each in api.get("/runs/1/artifacts")] == [1000]
    assert services.files.list("uploads") == []


def test_a_worker_has_a_short_name(api: ApiDriver, job_id: int) -> None:
    body = {"attempt": 1, "worker": "w" * 201}
    assert (
        api.ask("POST", f"/jobs/{job_id}/heartbeat", 422, json=body, headers=BEARER)["errors"][0]["field"] == "worker"
    )
