"""Quotas: what is not launched, and which jobs wait, once an account or a project has used up its own."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.store import workers
from gsl.backend.store.jobs import queue
from tests.backend.api_driver import BEARER, ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import Header, account, token

STEPS = 160_000
"""Of the preset that is launched."""


@pytest.fixture
def max_(services: Services) -> Header:
    return token(services, "max", "member")


def launch(api: ApiDriver, header: Header, status: int = 201, **fields: Any) -> Any:
    return api.ask("POST", "/runs", status, json={"preset": "forkmaze-quick", **fields}, headers=header)


def limit(api: ApiDriver, path: str = "/people/max", **limits: int) -> Any:
    return api.ask("PUT", f"{path}/quota", json=limits)


def next_job(api: ApiDriver, worker: str) -> Any:
    body = {"worker": worker, "suites": ["forkmaze"], "wait": 0}
    answer = api.client.post("/api/v1/jobs/next", json=body, headers=BEARER)
    return answer.json() if answer.content else None


def test_steps_a_day_are_launched_up_to_the_quota(api: ApiDriver, max_: Header) -> None:
    limit(api, steps_a_day=2 * STEPS + 1)
    first, _ = launch(api, max_), launch(api, max_)
    said = launch(api, max_, 409)["detail"]
    assert "of environment steps a day of max" in said
    assert all(f"{number:,}" in said for number in (STEPS, 2 * STEPS, 2 * STEPS + 1))
    assert api.get("/runs")["total"] == 2
    assert "max" in api.ask("POST", f"/runs/{first['id']}/baseline", 409, headers=max_)["detail"]
    experiment = api.ask("POST", "/experiments", 201, json={"name": "n"}, headers=max_)["id"]
    arms = {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1]}
    api.ask("POST", f"/experiments/{experiment}/runs", 409, json=arms, headers=max_)
    api.launch()
    limit(api)
    launch(api, max_)


def test_a_project_has_a_quota_of_its_own(api: ApiDriver, max_: Header) -> None:
    project = api.ask("POST", "/projects", 201, json={"name": "Maze"}, headers=max_)["id"]
    allowed = limit(api, f"/projects/{project}", steps_a_day=STEPS)
    assert (allowed["quota"]["steps_a_day"], allowed["quota"]["running_jobs"]) == (STEPS, None)
    launch(api, max_, project_id=project)
    assert "the project Maze" in launch(api, max_, 409, project_id=project)["detail"]
    launch(api, max_)
    found = api.ask("GET", f"/projects/{project}", headers=max_)
    assert (found["usage"]["steps_a_day"], found["quota"]["steps_a_day"]) == (STEPS, STEPS)
    api.ask("PUT", f"/projects/{project}/quota", 403, json={}, headers=max_)


def test_a_full_storage_launches_nothing(api: ApiDriver, max_: Header) -> None:
    run = launch(api, max_)["id"]
    api.claim(job := api.job(run))
    api.report(job, started(), epoch(1))
    api.upload(job, b"12345")
    limit(api, storage_bytes=6)
    launch(api, max_)
    limit(api, storage_bytes=5)
    assert "5 of 5 bytes" in launch(api, max_, 409)["detail"]
    [person] = [person for person in api.get("/people") if person["name"] == "max"]
    assert person["usage"] == {"running_jobs": 1, "steps_a_day": 2 * STEPS, "storage_bytes": 5}
    assert api.ask("GET", "/account/usage", headers=max_) == {"quota": person["quota"], "usage": person["usage"]}


def test_jobs_wait_while_as_many_run_as_may(api: ApiDriver, max_: Header, services: Services) -> None:
    runs = [launch(api, max_)["id"] for _ in range(2)]
    other = launch(api, token(services, "eve", "member"))["id"]
    for name in ("w1", "w2", "w3"):
        api.announce(name, "forkmaze")
    limit(api, running_jobs=1)
    assert {next_job(api, "w1")["job_id"], next_job(api, "w2")["job_id"]} == {api.job(runs[0]), api.job(other)}
    assert next_job(api, "w3") is None
    assert "quota" in api.claim(api.job(runs[1]), 409)["detail"]
    waiting = api.get(f"/runs/{runs[1]}")
    assert "quota of max: 1 running jobs" in waiting["message"]
    assert "quota of max" in waiting["activity"]
    line = api.get("/queue")
    [queued] = line["queued"]
    assert "quota of max" in queued["activity"]
    assert (line["ready"], [(one["jobs"], one["ready"]) for one in line["waiting"]]) == (0, [(1, 0)])
    assert waiting["eta_seconds"] is None
    api.post(f"/runs/{runs[0]}/cancel")
    api.finish(api.job(runs[0]), None, status="cancelled")
    assert api.get("/queue")["ready"] == api.get("/queue")["waiting"][0]["ready"] == 1
    assert next_job(api, "w3")["job_id"] == api.job(runs[1])


def test_a_project_s_jobs_wait_too(api: ApiDriver, max_: Header, services: Services) -> None:
    """And neither the broker nor the server's health takes them for jobs that nobody wants."""
    project = api.ask("POST", "/projects", 201, json={"name": "Maze"}, headers=max_)["id"]
    runs = [launch(api, max_, project_id=project)["id"] for _ in range(2)]
    limit(api, f"/projects/{project}", running_jobs=0)
    assert next_job(api, "w1") is None
    with services.database.read() as session:
        assert queue.not_picked_up(session, -1) == {}
        assert workers.idle_although_jobs_wait(session, -1) is None
    assert api.announce("w1", "forkmaze")["waiting_jobs"] == 0
    assert "the project Maze: 0 running jobs" in api.get(f"/runs/{runs[0]}")["message"]
    free = launch(api, max_)["id"]
    assert next_job(api, "w1")["job_id"] == api.job(free)
    limit(api, f"/projects/{project}")
    assert next_job(api, "w2")["job_id"] == api.job(runs[0])


@ON_SQLITE
def test_a_quota_that_is_none_is_refused(api: ApiDriver, services: Services) -> None:
    account(services, "max", "member")
    for wrong in ({"running_jobs": -1}, {"steps_a_day": "many"}, {"storage": 1}):
        [error] = api.ask("PUT", "/people/max/quota", 422, json=wrong)["errors"]
        assert error["field"] == next(iter(wrong))
    api.ask("PUT", "/people/nobody/quota", 404, json={})
    limit(api, running_jobs=2)
    [entry] = [entry for entry in api.get("/audit")["items"] if entry["what"] == "set account quota"]
    assert (entry["subject"], entry["detail"]) == ("max", "running_jobs 2")
