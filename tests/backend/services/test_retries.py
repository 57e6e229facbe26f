"""What failed can be tried again: the jobs that failed a run, and a specialist while the others are at work."""

import pytest

from gsl.backend.db.models import Job
from gsl.backend.errors import ConflictError
from gsl.backend.services import retries
from gsl.backend.services.app_services import Services
from gsl.backend.store import runs
from gsl.backend.store.jobs import leases
from tests.backend.services.workers import claim, finish, gates, jobs, keys, launch, run_of, work


def retry(services: Services, run_id: int) -> None:
    with services.database.write() as session:
        retries.retry_run(session, runs.locked(session, run_id), "person")
        services.advance(session, run_id)


def retry_job(services: Services, job: Job) -> None:
    with services.database.write() as session:
        run, row = leases.locked_job(session, job.id or 0)
        retries.retry_job(session, run, row, "person")
        services.advance(session, job.run_id)


def fail(services: Services, job: Job) -> None:
    finish(services, job, claim(services, job), "failed", "the simulator is broken")


def play_until(services: Services, run_id: int, key: str) -> Job:
    """Work on one job after the other until this one is queued; what is measured beside them has to wait."""
    while True:
        queued = {job.key: job for job in jobs(services, run_id, "queued")}
        if key in queued:
            return queued[key]
        queued.pop("evaluation-before", None)
        work(services, next(iter(queued.values())))


def test_a_failed_run_goes_on_where_it_failed(services: Services) -> None:
    run_id = launch(services)
    [generalist] = jobs(services, run_id)
    fail(services, generalist)
    assert run_of(services, run_id).status == "failed"
    retry(services, run_id)
    run, [job] = run_of(services, run_id), jobs(services, run_id)
    assert (run.status in ("queued", "generalist"), run.ended_at, job.status, job.error) == (True, None, "queued", None)
    assert claim(services, job) == 2
    finish(services, job, 2)
    assert keys(services, run_id, "queued") == ["evaluation-1"]


def test_what_was_stopped_because_the_run_failed_goes_on_too(services: Services) -> None:
    run_id = launch(services, gate={"mode": "auto"})
    fail(services, play_until(services, run_id, "finetune-1"))
    assert keys(services, run_id, "cancelled") == ["evaluation-before"]
    retry(services, run_id)
    assert keys(services, run_id, "failed", "cancelled") == []
    assert keys(services, run_id, "queued") == ["evaluation-before", "finetune-1"]
    assert run_of(services, run_id).status == "finetune"


def test_a_specialist_is_tried_again_while_the_others_are_at_work(services: Services) -> None:
    run_id = launch(services, gate={"mode": "auto"})
    first = play_until(services, run_id, "specialist-1-1")
    fail(services, first)
    assert run_of(services, run_id).status == "specialists"
    retry_job(services, first)
    assert first.key in keys(services, run_id, "queued")
    play_until(services, run_id, "finetune-1")
    with pytest.raises(ConflictError, match="succeeded"):
        retry_job(services, first)


def test_a_specialist_is_tried_again_instead_of_deciding_about_too_few(services: Services) -> None:
    run_id = launch(services, gate={"mode": "auto"}, specialists={"min_share": 1.0})
    first = play_until(services, run_id, "specialist-1-1")
    fail(services, first)
    while waiting := jobs(services, run_id, "queued"):
        work(services, waiting[0])
    assert run_of(services, run_id).status == "awaiting_approval"
    retry_job(services, first)
    assert run_of(services, run_id).status == "specialists"
    assert [gate.status for gate in gates(services, run_id)] == ["approved"]
    while waiting := jobs(services, run_id, "queued"):
        work(services, waiting[0])
    assert run_of(services, run_id).status == "succeeded"


def test_only_what_failed_is_tried_again(services: Services) -> None:
    run_id = launch(services)
    [job] = jobs(services, run_id)
    with pytest.raises(ConflictError, match="queued"):
        retry(services, run_id)
    with pytest.raises(ConflictError, match="queued"):
        retry_job(services, job)
