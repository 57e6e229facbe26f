"""Claiming the next job: once each and none forgotten whatever runs beside it, and waiting for one that comes later."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.services import claims
from gsl.backend.services.app_services import Services
from gsl.backend.store import runs
from gsl.protocol.lease import ClaimedJob, NextJobRequest
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.server import serving
from tests.backend.services.workers import jobs, launch


def asked(worker: str = "w1", *suites: str, wait: float = 0.0) -> NextJobRequest:
    return NextJobRequest(worker=worker, suites=suites or ("forkmaze",), wait=wait)


def body(wait: float = 0.0, **fields: Any) -> dict[str, Any]:
    return {"worker": "w1", "suites": ["forkmaze"], "wait": wait, **fields}


def post_next(api: ApiDriver, wait: float = 0.0, status: int = 200, **fields: Any) -> Any:
    return api.ask("POST", "/jobs/next", status, json=body(wait, **fields), headers=BEARER)


def in_background(ask: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    return thread, answers


def test_the_next_job_is_handed_over_like_any_other(api: ApiDriver) -> None:
    api.launch(priority=-1)
    run_id = api.launch()
    claimed = post_next(api)
    assert (claimed["run_id"], claimed["attempt"], claimed["spec"]["key"]) == (run_id, 1, "generalist-1")
    assert api.get(f"/jobs/{claimed['job_id']}")["status"] == "running"
    assert api.get(f"/runs/{run_id}")["status"] == "generalist"


def test_without_a_job_the_answer_is_null_at_once(api: ApiDriver) -> None:
    began = time.monotonic()
    assert post_next(api) is None
    assert time.monotonic() - began < 1
    api.launch()
    assert post_next(api, suites=["procgen"]) is None
    assert post_next(api, suites=[]) is None


@pytest.mark.parametrize(
    ("field", "value"), [("wait", 31), ("wait", -1), ("worker", None), ("suites", "forkmaze"), ("suites", [1])]
)
def test_a_bad_question_is_refused_with_its_field(api: ApiDriver, field: str, value: Any) -> None:
    [error] = post_next(api, status=422, **{field: value})["errors"]
    assert error["field"].startswith(field)


def test_only_workers_may_ask(api: ApiDriver) -> None:
    assert "worker token" in api.ask("POST", "/jobs/next", 403, json=body())["detail"]
    api.ask("POST", "/jobs/next", 401, json=body(), headers={"Authorization": ""})


def test_no_job_goes_twice_and_none_is_forgotten(services: Services) -> None:
    """Many claimers at once, while runs are paused and resumed beside them."""
    launched = [launch(services) for _ in range(12)]
    done = threading.Event()

    def worker(name: str) -> list[ClaimedJob]:
        found: list[ClaimedJob] = []
        while (claimed := claims.claim(services, asked(name))) is not None:
            found.append(claimed)
        return found

    def disturb() -> None:
        while not done.is_set():
            for run_id in launched[:3]:
                for desired in ("pause", "run"):
                    with services.database.write() as session:
                        runs.locked(session, run_id).desired_state = desired
                        services.advance(session, run_id)

    with ThreadPoolExecutor(9) as threads:
        disturbing = threads.submit(disturb)
        claimed = [job for found in threads.map(worker, [f"w{n}" for n in range(8)]) for job in found]
        done.set()
        disturbing.result()
    claimed += worker("last")
    assert sorted(job.run_id for job in claimed) == launched
    assert {job.attempt for job in claimed} == {1}


def test_a_job_that_is_queued_meanwhile_is_given_at_once(api: ApiDriver) -> None:
    thread, answers = in_background(lambda: post_next(api, wait=20))
    time.sleep(0.3)
    began = time.monotonic()
    run_id = api.launch()
    thread.join()
    assert answers[0]["run_id"] == run_id
    assert time.monotonic() - began < 5


@ON_SQLITE
def test_a_pause_that_ends_meanwhile_is_noticed(api: ApiDriver, services: Services) -> None:
    job_id = api.job(api.launch())
    with services.database.write() as session:
        session.get_one(Job, job_id).queued_at = now().replace(year=2100)
    assert post_next(api) is None
    thread, answers = in_background(lambda: post_next(api, wait=20))
    time.sleep(0.3)
    with services.database.write() as session:
        session.get_one(Job, job_id).queued_at = now()
    thread.join()
    assert answers[0]["job_id"] == job_id


@ON_SQLITE
def test_a_worker_that_hangs_up_gets_no_job(api: ApiDriver, services: Services) -> None:
    with pytest.raises(httpx.ReadTimeout):
        api.client.post("/api/v1/jobs/next", json=body(20), headers=BEARER, timeout=0.3)
    time.sleep(1.5)
    job_id = api.job(api.launch())
    time.sleep(0.5)
    assert api.get(f"/jobs/{job_id}")["status"] == "queued"


@ON_SQLITE
def test_waiting_workers_do_not_keep_a_server_from_stopping(app: FastAPI) -> None:
    with serving(app) as address, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(
            httpx.post, f"{address}/api/v1/jobs/next", json=body(30), headers=BEARER, timeout=40, trust_env=False
        )
        time.sleep(0.5)
        began = time.monotonic()
        app.state.services.events.close()
        assert waiting.result().json() is None
        assert time.monotonic() - began < 20  # of the 30 s that the worker would wait


def test_a_run_that_cannot_go_on_does_not_stop_the_others(services: Services) -> None:
    """Its job stays queued although nobody wants it to run: as between a wish and its plan."""
    stuck, other = launch(services), launch(services)
    with services.database.write() as session:
        session.get_one(Run, stuck).sqlmodel_update({"desired_state": "pause", "priority": 10})
    claimed = claims.claim(services, asked())
    assert claimed is not None
    assert claimed.run_id == other
    assert claims.claim(services, asked()) is None
    assert jobs(services, stuck)[0].status == "queued"
