"""Metrics of training over REST: what workers reported, whole or thinned."""

from typing import Any

import pytest
from sqlalchemy import insert

from gsl.backend.db.columns import now
from gsl.backend.db.models import Epoch, Job
from gsl.backend.services.app_services import Services
from gsl.backend.store.figures import metrics
from tests.backend.api_driver import ApiDriver, epoch, started


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    job_id = api.job(api.launch())
    api.claim(job_id)
    return job_id


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {series["metric"]: series for series in answer["series"]}


def test_what_was_reported_is_answered_with_its_meaning(api: ApiDriver, job_id: int) -> None:
    first, second = {"entropy": 1.5, "odd": 3.0}, {"entropy": None, "rare": 7.0}
    api.report(job_id, started(), epoch(1, metrics=first), epoch(2, metrics=second, seconds=0.25, mean_length=None))
    answer = api.get("/runs/1/metrics")
    found = by_name(answer)
    assert {name: series["values"] for name, series in found.items()} == {
        "entropy": [1.5, None], "mean_length": [9.0], "episodes": [6.0, 6.0], "steps_per_second": [200.0, 400.0],
        "odd": [3.0], "rare": [7.0],
    }  # fmt: skip
    assert (found["rare"]["epochs"], found["rare"]["steps"], found["rare"]["job_key"]) == ([2], [200], "generalist-1")
    assert [info["name"] for info in answer["metrics"]] == list(found)
    assert answer["metrics"][0] == {
        "name": "entropy", "title": "Entropy", "unit": "nats", "meaning": "How random the policy's actions are",
        "group": "training",
    }  # fmt: skip
    assert answer["metrics"][-1] == {"name": "rare", "title": "rare", "unit": "", "meaning": "", "group": "other"}


def test_what_a_learner_reports_itself_takes_the_place_of_what_every_epoch_has(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, metrics={}), epoch(2, metrics={"episodes": 2.5, "steps_per_second": None}))
    found = by_name(api.get("/runs/1/metrics"))
    assert (found["episodes"]["values"], found["steps_per_second"]["values"]) == ([6.0, 2.5], [200.0, None])
    assert by_name(api.get("/runs/1/metrics", name="episodes")) == {"episodes": found["episodes"]}


def test_one_metric_of_one_job(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1))
    assert list(by_name(api.get("/runs/1/metrics", name="entropy", job_id=job_id))) == ["entropy"]
    assert api.get("/runs/1/metrics", name="clone_kl")["series"] == []  # may still be reported
    problem = api.get("/runs/1/metrics", 422, name="entropi")
    assert problem["errors"][0]["field"] == "name"
    assert "entropy" in problem["errors"][0]["message"]
    other = api.job(api.launch())
    assert api.get("/runs/1/metrics", 422, job_id=other)["errors"][0]["field"] == "job_id"
    api.get("/runs/1/metrics", 404, job_id=999)
    api.get("/runs/999/metrics", 404)
    assert api.get("/runs/1/metrics", 422, points=1)["errors"][0]["field"] == "points"


def test_a_long_run_is_thinned_and_keeps_spikes_rare_values_and_the_last(
    api: ApiDriver, services: Services, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,001 epochs every fourth is read, and the last."""
    rows = [
        {
            "job_id": job_id, "epoch": number, "steps": 10, "job_steps": 10 * number, "seconds": 0.1, "episodes": 1,
            "metrics": {"grad_norm": 50.0 if number == 404 else 1.0} | ({"clone_kl": 2.0} if number % 32 == 0 else {}),
            "at": now(),
        }
        for number in range(1, 1002)
    ]  # fmt: skip
    with services.database.write() as session:
        session.execute(insert(Epoch), rows)
        session.get_one(Job, job_id).epochs = 1001
    monkeypatch.setattr(metrics, "MOST_EPOCHS", 300)
    found = by_name(api.get("/runs/1/metrics", points=20))
    assert len(found["grad_norm"]["epochs"]) <= 20
    assert found["grad_norm"]["values"][found["grad_norm"]["epochs"].index(404)] == 50.0
    assert found["grad_norm"]["epochs"][-1] == 1001
    read = by_name(api.get("/runs/1/metrics", points=1000))
    assert len(read["grad_norm"]["epochs"]) == 251
    assert read["clone_kl"]["epochs"] == list(range(32, 1001, 32))
