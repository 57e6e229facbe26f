"""Reports: stored once however often they come, fenced, discarded by a restart, rolled up onto job and run."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.models import Epoch, Job, LedgerEntry, Run, VariationReturn
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import PLATEAU, ApiDriver, epoch, evaluation, returns, started


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    """A running generalist."""
    job_id = api.job(api.launch())
    api.claim(job_id)
    return job_id


def facts(services: Services) -> dict[str, Any]:
    """Everything that reports leave behind, but for times and the run's revision."""
    left_out = {"at", "updated_at", "revision", "lease_until"}
    with services.database.read() as session:
        tables = (Epoch, VariationReturn, LatestReturn, LedgerEntry, Job, Run)
        return {
            table.__name__: sorted(repr(row.model_dump(exclude=left_out)) for row in session.exec(select(table)))
            for table in tables
        }


def test_a_batch_that_comes_twice_changes_nothing(api: ApiDriver, services: Services, job_id: int) -> None:
    batch = [started(), epoch(1), epoch(2, plateau=PLATEAU), evaluation(2, [0.2, 0.4])]
    assert api.report(job_id, *batch) == {"accepted": 4}
    once = facts(services)
    api.report(job_id, *batch)
    api.report(job_id, *batch[2:])
    assert facts(services) == once
    assert len(once["Epoch"]) == 2
    assert len(api.get("/runs/1/plateaus")) == 1


def test_an_older_batch_that_comes_late_does_not_turn_back_estimates(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, 0.1))
    api.report(job_id, epoch(2, 0.9))
    api.report(job_id, epoch(1, 0.1))
    assert [item["mean_return"] for item in api.get("/runs/1/returns")["items"]] == [0.9, 0.9]
    assert api.get(f"/jobs/{job_id}")["mean_return"] == 0.9


def test_a_restart_voids_what_came_after_its_epoch(api: ApiDriver, services: Services, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, 0.1), epoch(2, 0.2))
    kept = facts(services)
    api.upload(job_id, b"policy", epoch=3)
    plateau = PLATEAU | {"detected_epoch": 3}
    api.report(job_id, epoch(3, 0.3, plateau=plateau, returns=returns([0.0, 0.7, 0.7])), evaluation(3, [0.5, 0.5]))
    assert facts(services) != kept
    api.report(job_id, started(2))
    assert facts(services) == kept
    assert api.get("/runs/1/artifacts") == []
    assert api.get("/runs/1/plateaus") == []
    run = api.get("/runs/1")
    assert (run["spent_steps"], run["mean_return"], run["sparkline"]) == (200, 0.2, [0.1, 0.2])


def test_a_restart_in_the_middle_of_a_batch(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1), epoch(2), started(1), epoch(2, 0.9, steps=50, job_steps=150))
    assert api.get(f"/jobs/{job_id}")["steps"] == 150
    assert api.get("/runs/1/returns", epoch=2)["items"][0]["mean_return"] == 0.9


def test_steps_are_counted_by_phase_and_purpose(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1), evaluation(1, [0.5]), epoch(2))
    ledger = api.get("/runs/1/ledger")
    assert ledger["by_purpose"] == {"evaluation": 40, "training": 200}
    assert ledger["by_phase"] == {"generalist": 240}
    assert (ledger["spent_steps"], ledger["left_steps"]) == (240, 160_000 - 240)
    assert api.get("/runs/1")["spent_steps"] == api.get(f"/jobs/{job_id}")["steps"] == 240


def test_the_sparkline_never_grows_beyond_forty_points(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), *(epoch(number, number / 1000, returns=[]) for number in range(1, 151)))
    sparkline = api.get("/runs/1")["sparkline"]
    assert sparkline == [(1 + 4 * point) / 1000 for point in range(38)]


def test_an_epoch_without_finished_episodes_has_no_mean(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, 0.4), epoch(2, None, episodes=0, returns=[], success_rate=None))
    assert api.get(f"/jobs/{job_id}")["mean_return"] == 0.4
    assert api.get("/runs/1")["sparkline"] == [0.4, None]
    assert api.get("/runs/1/returns")["epochs"] == [1]


def test_returns_of_what_changed_since_a_cursor(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1))
    cursor = api.get("/runs/1/returns")["cursor"]
    assert api.get("/runs/1/returns", after=cursor)["items"] == []
    api.report(job_id, epoch(2, returns=returns([0.3])))
    news = api.get("/runs/1/returns", after=cursor)
    assert [(item["variation"], item["epoch"]) for item in news["items"]] == [(0, 2)]


def test_score_and_names_of_an_evaluation(api: ApiDriver, job_id: int) -> None:
    api.report(job_id, started(), epoch(1), evaluation(1, [0.0, 1.0, 1.0, 1.0]))
    assert api.get("/runs/1")["score"] == 0.75
    answer = api.get("/runs/1/returns", source="evaluation")
    assert [item["name"] for item in answer["items"]] == ["goal 0", "goal 1", "goal 2", "goal 3"]
    assert answer["epochs"] == [1]


def test_returns_of_variations_that_the_job_may_not_touch_are_refused(api: ApiDriver, job_id: int) -> None:
    problem = api.report(job_id, epoch(1, returns=returns([0.1] * 5)), status=422)
    [error] = problem["errors"]
    assert error["field"] == "reports.returns.variation"
    assert "4" in error["message"]
    assert api.get("/runs/1/returns")["items"] == []


def test_a_stale_attempt_is_refused_whole(api: ApiDriver, job_id: int) -> None:
    problem = api.report(job_id, started(), epoch(1), attempt=7, status=409)
    assert all(attempt in problem["detail"] for attempt in ("7", "1"))
    assert api.get(f"/jobs/{job_id}")["epochs"] == 0


def test_numbers_that_are_none_are_refused_or_null(api: ApiDriver, job_id: int) -> None:
    body = b'{"attempt": 1, "reports": [{"type": "epoch", "mean_return": NaN}]}'
    headers = {"Authorization": "Bearer a-token-for-tests", "Content-Type": "application/json"}
    problem = api.ask("POST", f"/jobs/{job_id}/reports", 400, content=body, headers=headers)
    assert "NaN" in problem["detail"]
    missing = epoch(1)
    del missing["mean_length"]
    problem = api.report(job_id, missing, status=422)
    assert problem["errors"][0]["field"] == "reports.0.mean_length"


def test_a_demonstrations_job_says_what_it_kept(api: ApiDriver, job_id: int) -> None:
    counts = [{"variation": v, "kept": 5 * v, "tried": 10, "mean_return": 0.9} for v in (0, 1)]
    api.report(job_id, started(), {"type": "demonstrations", "steps": 70, "seconds": 1.0, "counts": counts})
    job = api.get(f"/jobs/{job_id}")
    assert all(counted in job["message"] for counted in ("5 of 20", "1 of 2"))
    assert job["steps"] == 70


def test_workers_of_one_run_report_at_the_same_time(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    api.post(f"/runs/{run_id}/gate/approve", {})
    jobs = [job for job in api.get(f"/runs/{run_id}/jobs") if job["key"].startswith("specialist-")]
    for job in jobs:
        api.claim(job["id"])
    before = api.get(f"/runs/{run_id}")["spent_steps"]

    def work(job: dict[str, Any]) -> int:
        api.report(job["id"], started())
        return sum(api.report(job["id"], epoch(number, returns=[]))["accepted"] for number in range(1, 16))

    with ThreadPoolExecutor() as pool:
        assert sum(pool.map(work, jobs)) == 15 * len(jobs)
    assert len(jobs) == 2
    assert api.get(f"/runs/{run_id}")["spent_steps"] == before + 15 * 100 * len(jobs)


def test_twenty_thousand_points_in_eight_batches(api: ApiDriver) -> None:
    job_id = api.job(api.launch(preset="procgen-paper"))
    api.claim(job_id)
    batches = [
        [epoch(25 * batch + number, returns=returns([0.5] * 100)) for number in range(1, 26)] for batch in range(8)
    ]
    api.report(job_id, started(), epoch(1))
    for batch in batches:
        api.report(job_id, *batch)
    assert api.get(f"/jobs/{job_id}")["epochs"] == 200
