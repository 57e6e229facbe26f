"""Claiming what trains as one with a job that is held: a fair share of it, and nothing that does not belong to it."""

from datetime import timedelta
from typing import Any

import pytest

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Worker
from gsl.backend.errors import ConflictError
from gsl.backend.services import claims
from gsl.backend.services.app_services import Services
from gsl.backend.store.jobs import leases
from gsl.protocol.lease import MOST_MEMBERS, ClaimedJob, MembersRequest
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.services.workers import claim, jobs, launch


def specialists(services: Services, number: int, run_id: int | None = None, **fields: Any) -> list[Job]:
    """So many queued specialists of a run, by default a new one."""
    run_id = run_id or launch(services)
    [generalist, *_] = jobs(services, run_id)
    kept = generalist.model_dump(exclude={"id", "key", "kind", "status"})
    usual = {"status": "queued", "kind": "specialist"}
    added = [Job(**kept | usual | {"key": f"{fields}-{index}"} | fields) for index in range(number)]
    with services.database.write() as session:
        session.add_all(added)
    return added


def joined(services: Services, job: Job, worker: str = "w1", most: int = MOST_MEMBERS) -> list[ClaimedJob]:
    """What the worker gets in addition to the job, which it holds."""
    assert job.id is not None
    with services.database.read() as session:
        attempt = session.get_one(Job, job.id).attempt
    return claims.claim_members(services, job.id, MembersRequest(attempt=attempt, worker=worker, most=most))


def register(services: Services, *names: str, **fields: Any) -> None:
    usual: dict[str, Any] = {
        "host": "here", "device": "cpu", "suites": ["forkmaze"], "version": "1", "last_seen": now(), "speeds": {},
    }  # fmt: skip
    with services.database.write() as session:
        session.add_all(Worker(name=name, **usual | fields) for name in names)


def test_a_worker_without_others_gets_all(services: Services) -> None:
    first, *others = specialists(services, 8)
    claim(services, first, "w1")
    got = joined(services, first)
    assert [member.job_id for member in got] == [job.id for job in others]
    assert {(member.attempt, member.spec.key) for member in got} == {(1, first.spec["key"])}
    for member in got:
        row = next(job for job in jobs(services, member.run_id, "running") if job.id == member.job_id)
        assert (row.worker, row.lease_until is not None) == ("w1", True)
    assert joined(services, first) == []


def test_a_worker_that_does_not_ask_for_members_gets_one_job(api: ApiDriver, services: Services) -> None:
    first, *_ = specialists(services, 3)
    [generalist, *_] = jobs(services, first.run_id)
    claim(services, generalist, "w0")
    body = {"worker": "old", "suites": ["forkmaze"]}
    assert api.ask("POST", "/jobs/next", json=body, headers=BEARER)["job_id"] == first.id
    assert [job.status for job in jobs(services, first.run_id)] == ["running", "running", "queued", "queued"]


def test_no_more_than_asked_for(services: Services) -> None:
    first, *_ = specialists(services, 8)
    claim(services, first, "w1")
    assert len(joined(services, first, most=3)) == 3


def test_an_idle_worker_is_left_as_many(services: Services) -> None:
    register(services, "w1", "w2", "w3")
    register(services, "full", trouble="its disk is full")
    register(services, "gone", last_seen=now() - timedelta(hours=1))
    register(services, "other", suites=["procgen"])
    [elsewhere] = specialists(services, 1)
    claim(services, elsewhere, "w3")
    first, *others = specialists(services, 9)
    claim(services, first, "w1")
    assert len(joined(services, first)) == 4
    claim(services, others[-1], "w2")
    assert len(joined(services, others[-1], "w2")) == 3


def test_workers_that_begin_at_the_same_time_share(services: Services) -> None:
    register(services, "w1", "w2")
    first, second, *_ = specialists(services, 75)
    claim(services, first, "w1")
    claim(services, second, "w2")
    assert [len(joined(services, first, "w1")), len(joined(services, second, "w2"))] == [37, 36]


def test_only_what_belongs_together_is_given(services: Services) -> None:
    first, second = specialists(services, 2)
    run_id = first.run_id
    specialists(services, 1)
    specialists(services, 1, run_id, cycle=2)
    specialists(services, 1, run_id, kind="demonstrations")
    specialists(services, 1, run_id, status="succeeded")
    specialists(services, 1, run_id, queued_at=now() + timedelta(minutes=1))
    claim(services, first, "w1")
    assert [member.job_id for member in joined(services, first)] == [second.id]
    [generalist, *_] = jobs(services, launch(services))
    claim(services, generalist, "w1")
    assert joined(services, generalist) == []


def test_what_crashed_again_and_again_trains_by_itself_until_it_gets_further(services: Services) -> None:
    first, once = specialists(services, 2)
    run_id = first.run_id
    [crashing] = specialists(services, 1, run_id, losses=2, lost_at_steps=100, steps=100)
    [further] = specialists(services, 1, run_id, losses=2, lost_at_steps=100, steps=200)
    claim(services, crashing, "w1")
    assert joined(services, crashing) == []
    claim(services, first, "w1")
    assert [member.job_id for member in joined(services, first)] == [once.id, further.id]


def test_who_does_not_hold_the_job_gets_nothing(api: ApiDriver, services: Services) -> None:
    first, second = specialists(services, 2)
    attempt = claim(services, first, "w1")
    asked = MembersRequest(attempt=attempt + 1, worker="w1", most=5)
    with pytest.raises(ConflictError, match="not the current one"):
        claims.claim_members(services, first.id or 0, asked)
    body = {"attempt": attempt, "worker": "w1", "most": 0}
    path = f"/jobs/{first.id}/members"
    [error] = api.ask("POST", path, 422, json=body, headers=BEARER)["errors"]
    assert error["field"] == "most"
    api.ask("POST", path, 403, json=body)
    [given] = api.ask("POST", path, 200, json=body | {"most": 5}, headers=BEARER)
    assert given["job_id"] == second.id


def test_a_paused_run_gives_nothing(services: Services) -> None:
    first, *_ = specialists(services, 3)
    claim(services, first, "w1")
    with services.database.write() as session:
        run, _ = leases.locked_job(session, first.id or 0)
        run.desired_state = "pause"
    assert joined(services, first) == []
