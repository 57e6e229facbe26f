"""Who holds a job: claims, heartbeats, wishes, giving back."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import BEARER, ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    return api.job(api.launch())


def test_a_claim_hands_over_everything(api: ApiDriver, services: Services, job_id: int) -> None:
    claimed = api.claim(job_id)
    assert (claimed["attempt"], claimed["lease_seconds"], claimed["heartbeat_seconds"]) == (1, 90, 22.5)
    assert claimed["spec"]["key"] == "generalist-1"
    assert claimed["resume"] is None
    job = api.get(f"/jobs/{job_id}")
    assert (job["status"], job["worker"]) == ("running", "w1")
    assert api.get("/runs/1")["status"] == "generalist"


def test_a_job_is_claimed_once(api: ApiDriver, job_id: int) -> None:
    statuses: list[int] = []

    def claim() -> None:
        answer = api.client.post(f"/api/v1/jobs/{job_id}/claim", json={"worker": "w"}, headers=BEARER)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7
    api.claim(job_id, 409)


def test_the_next_attempt_goes_on_from_the_newest_checkpoint(api: ApiDriver, services: Services, job_id: int) -> None:
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), epoch(2))
    for number in (1, 2):
        api.upload(job_id, b"policy" * number, epoch=number, name=f"epoch-{number}.ckpt")
    api.finish(job_id, None, status="lost")
    with services.database.write() as session:
        job = session.get_one(Job, job_id)
        job.status = "queued"
    claimed = api.claim(job_id)
    assert claimed["attempt"] == 2
    assert (claimed["resume"]["epoch"], claimed["resume"]["size"]) == (2, 12)
    content = api.response("GET", f"/artifacts/{claimed['resume']['id']}/content").content
    assert content == b"policypolicy"
    api.report(job_id, epoch(3), attempt=1, status=409)


def test_later_jobs_get_their_source(api: ApiDriver) -> None:
    run_id = api.launch()
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1))
    stored = api.upload(generalist, b"policy")
    api.finish(generalist)
    claimed = api.claim(api.job(run_id, "evaluation-1"))
    assert claimed["source"]["id"] == stored["id"]


def test_a_heartbeat_extends_the_lease_and_brings_the_wish(api: ApiDriver, services: Services, job_id: int) -> None:
    api.claim(job_id)
    with services.database.write() as session:
        session.get_one(Job, job_id).lease_until = now()
    beat = {"attempt": 1, "worker": "w1"}
    assert api.work(job_id, "heartbeat", beat) == {"wish": "run"}
    with services.database.read() as session:
        lease = session.get_one(Job, job_id).lease_until
        assert lease is not None
        assert 80 < (lease - now()).total_seconds() <= 90
    api.post("/runs/1/pause")
    assert api.work(job_id, "heartbeat", beat) == {"wish": "pause"}
    api.post("/runs/1/cancel")
    assert api.work(job_id, "heartbeat", beat) == {"wish": "cancel"}
    api.work(job_id, "heartbeat", {"attempt": 2, "worker": "w1"}, 409)


def test_pause_and_resume(api: ApiDriver, job_id: int) -> None:
    api.claim(job_id)
    api.post("/runs/1/pause")
    api.finish(job_id, None, status="paused")
    assert api.get("/runs/1")["status"] == "paused"
    api.claim(job_id, 409)
    api.post("/runs/1/pause", status=409)
    api.post("/runs/1/resume")
    assert api.get(f"/jobs/{job_id}")["status"] == "queued"
    api.post("/runs/1/resume", status=409)


def test_finishing_twice_changes_nothing(api: ApiDriver, job_id: int) -> None:
    api.claim(job_id)
    assert api.finish(job_id)["status"] == "succeeded"
    assert api.finish(job_id)["outcome"] == "plateau"
    assert [job["key"] for job in api.get("/runs/1/jobs")] == ["generalist-1", "evaluation-1"]
    api.report(job_id, epoch(1), status=409)


def test_a_failed_job_fails_the_run_with_its_reason(api: ApiDriver, job_id: int) -> None:
    api.claim(job_id)
    api.finish(job_id, None, status="failed", error="CUDA out of memory")
    run = api.get("/runs/1")
    assert run["status"] == "failed"
    assert "CUDA out of memory" in run["message"]
    assert run["phases"][0]["state"] == "failed"
    assert api.get(f"/jobs/{job_id}")["error"] == "CUDA out of memory"


def test_a_worker_that_lacks_the_suite_gets_nothing(api: ApiDriver, job_id: int) -> None:
    worker = {"name": "w1", "host": "h", "device": "cpu", "suites": ["procgen"], "version": "0.1.0"}
    api.ask("PUT", "/workers/w1", json=worker, headers=BEARER)
    detail = api.claim(job_id, 409)["detail"]
    assert "forkmaze" in detail
    assert "procgen" in detail


def test_workers_announce_themselves(api: ApiDriver, job_id: int) -> None:
    assert not any(preset["runnable"] for preset in api.get("/presets"))
    worker = {
        "name": "gpu/0", "host": "h", "device": "cpu", "suites": ["forkmaze"], "version": "0.1.0", "job_id": job_id,
        "speeds": {"forkmaze": 5000.0},
    }  # fmt: skip
    api.ask("PUT", "/workers/gpu%2F0", json=worker, headers=BEARER)
    [seen] = api.get("/workers")
    assert (seen["live"], seen["job_id"], seen["run_id"]) == (True, job_id, 1)
    assert [suite["name"] for suite in api.get("/suites") if suite["runnable"]] == ["forkmaze"]
    preview = api.post("/runs/preview", {"preset": "forkmaze-quick"})
    assert (preview["steps_per_second"], preview["jobs"]) == (5000.0, 10)
    assert preview["eta_seconds"] is None  # no start-up was measured yet
    assert api.ask("PUT", "/workers/w2", 422, json=worker, headers=BEARER)["errors"][0]["field"] == "name"


def test_no_worker_has_a_line_break_in_its_name(api: ApiDriver, shared_app: FastAPI) -> None:
    worker = {"name": "a\nb", "host": "h", "device": "cpu", "suites": [], "version": "0"}
    api.ask("PUT", "/workers/a%0Ab", 404, json=worker, headers=BEARER)
    assert "404" in shared_app.openapi()["paths"]["/api/v1/workers/{name}"]["put"]["responses"]


def test_workers_routes_want_the_token(api: ApiDriver, job_id: int) -> None:
    for header in (
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic a-token-for-tests"},
    ):
        answer = api.client.post(f"/api/v1/jobs/{job_id}/claim", json={"worker": "w"}, headers=header)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_report_renews_the_lease_and_a_refused_one_does_not(api: ApiDriver, services: Services, job_id: int) -> None:
    api.claim(job_id)
    nearly_over = now() + timedelta(seconds=5)

    def lease_after(report: dict[str, Any], status: int) -> datetime:
        with services.database.write() as session:
            session.get_one(Job, job_id).lease_until = nearly_over
        api.report(job_id, report, status=status)
        with services.database.read() as session:
            lease = session.get_one(Job, job_id).lease_until
        assert lease is not None
        return lease

    assert lease_after(started(), 200) > now() + timedelta(seconds=80)
    assert lease_after(epoch(7), 422) == nearly_over


@ON_SQLITE
def test_a_heartbeat_goes_before_waiting_reports(api: ApiDriver, services: Services) -> None:
    jobs = [api.job(api.launch()) for _ in range(8)]
    for job in jobs:
        api.claim(job)
    answered: list[str] = []

    def send(what: str, job: int, body: dict[str, Any]) -> None:
        assert api.client.post(f"/api/v1/jobs/{job}/{what}", json=body, headers=BEARER).is_success
        answered.append(what)

    report, beat = {"attempt": 1, "reports": [started()]}, {"attempt": 1, "worker": "w1"}
    with ThreadPoolExecutor(len(jobs)) as threads:
        with services.database.write() as session:
            session.connection()
            sent = [threads.submit(send, "reports", job, report) for job in jobs[:-1]]
            time.sleep(0.5)
            sent.append(threads.submit(send, "heartbeat", jobs[-1], beat))
            time.sleep(0.5)
        for each in sent:
            each.result()
    assert answered.index("heartbeat") <= 1
