"""Who is next: priority, fair share, nearest to its end, longest wait; nobody waits for ever; on both databases."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.db.models import Experiment, Job, Run
from gsl.backend.services.app_services import Services
from gsl.backend.store import turns
from gsl.protocol.lease import NextJobRequest
from tests.backend.services.workers import claim, jobs, launch

MAZE = ["forkmaze"]


def queue(services: Services, waited: timedelta = timedelta(), **fields: Any) -> int:
    """The id of the first job, waiting for so long, of a new run with these fields."""
    run_id = launch(services)
    [job] = jobs(services, run_id)
    with services.database.write() as session:
        session.get_one(Run, run_id).sqlmodel_update(fields)
        session.get_one(Job, job.id).queued_at = now() - waited
    assert job.id is not None
    return job.id


def add(services: Services, job_id: int, number: int) -> list[int]:
    """So many further jobs of the same run."""
    with services.database.write() as session:
        fields = session.get_one(Job, job_id).model_dump(exclude={"id", "key"})
        added = [Job(**fields, key=f"more-{index}") for index in range(number)]
        session.add_all(added)
        session.flush()
        return [job.id for job in added if job.id is not None]


def experiment(services: Services) -> int:
    with services.database.write() as session:
        session.add(made := Experiment(name="x"))
        session.flush()
        assert made.id is not None
        return made.id


def order(services: Services) -> list[int]:
    with services.database.read() as session:
        return [place.job_id for place in turns.in_order(session, now(), 1000)]


def first(services: Services, suites: Sequence[str] = MAZE, labels: Sequence[str] = ()) -> int | None:
    worker = NextJobRequest(worker="w", suites=tuple(suites), labels=tuple(labels))
    with services.database.read() as session:
        found = turns.first(session, worker, now())
        assert (found is not None) == turns.is_any_due(session, worker, now())
        return found


def drain(services: Services) -> list[int]:
    """Claim every job that is due, one after the other."""
    claimed: list[int] = []
    while (job_id := first(services)) is not None:
        claimed.append(job_id)
        with services.database.write() as session:
            job = session.get_one(Job, job_id)
            job.status, job.worker = "running", f"worker of {job_id}"
    return claimed


def test_a_higher_priority_is_heard_before_everything_else(services: Services) -> None:
    near = queue(services, timedelta(hours=11), spent_steps=10**9)
    low, high = queue(services, priority=-1), queue(services, priority=1)
    assert order(services) == drain(services) == [high, near, low]


def test_whoever_has_fewer_running_jobs_comes_first(services: Services) -> None:
    team = experiment(services)
    running = queue(services, experiment_id=team)
    with services.database.read() as session:
        claim(services, session.get_one(Job, running))
    sibling = queue(services, timedelta(hours=1), experiment_id=team, spent_steps=10**9)
    other = queue(services)
    assert order(services) == drain(services) == [other, sibling]


def test_a_worker_that_trains_several_jobs_as_one_counts_once(services: Services) -> None:
    one = [first_of := queue(services), *add(services, first_of, 3)]
    team = experiment(services)
    two = [queue(services, timedelta(hours=1), experiment_id=team) for _ in range(3)]
    held = {one[0]: "a", one[1]: "a", one[2]: "a", two[0]: "b", two[1]: "c"}
    with services.database.read() as session:
        for job_id, worker in held.items():
            claim(services, session.get_one(Job, job_id), worker)
    assert order(services) == drain(services) == [one[3], two[2]]


def test_jobs_of_several_owners_alternate(services: Services) -> None:
    many = [first_of := queue(services, timedelta(minutes=2)), *add(services, first_of, 3)]
    few = [second := queue(services, timedelta(minutes=1)), *add(services, second, 1)]
    expected = [many[0], few[0], many[1], few[1], many[2], many[3]]
    assert order(services) == expected
    assert drain(services) == expected


def test_one_slot_serves_accounts_in_turn(services: Services) -> None:
    """Also an account whose runs are all nearer their ends; within an account, that counts."""
    with services.database.write() as session:
        session.add_all([Account(name=name, role="member") for name in ("ada", "ben")])
    near, nearer = (queue(services, owner="ada", total_steps=1000, spent_steps=spent) for spent in (800, 900))
    far = [queue(services, timedelta(minutes=wait), owner="ben") for wait in (2, 1)]
    assert order(services) == [nearer, far[0], near, far[1]]
    served = []
    while (job_id := first(services)) is not None:
        served.append(job_id)
        with services.database.write() as session:
            job = session.get_one(Job, job_id)
            turns.served(session, session.get_one(Run, job.run_id))
            job.status = "succeeded"  # before the slot asks again
    assert served == [nearer, far[0], near, far[1]]


def test_a_claim_counts_for_the_account_across_its_experiments(services: Services) -> None:
    with services.database.write() as session:
        session.add(Account(name="ada", role="member"))
    running, waiting = (queue(services, owner="ada", experiment_id=experiment(services)) for _ in range(2))
    with services.database.read() as session:
        claim(services, session.get_one(Job, running))
    other = queue(services)
    assert order(services) == drain(services) == [other, waiting]
    with services.database.read() as session:
        assert session.exec(select(Account.served_at)).one() is not None


def test_the_run_nearest_its_end_comes_first_and_then_the_longest_wait(services: Services) -> None:
    team = experiment(services)
    late = queue(services, experiment_id=team, total_steps=1000, spent_steps=900)
    far = queue(services, timedelta(hours=1), experiment_id=team, total_steps=1000, spent_steps=0)
    later = queue(services, timedelta(hours=2), experiment_id=team, total_steps=9000, spent_steps=8900)
    assert order(services) == drain(services) == [later, late, far]


@pytest.mark.parametrize("levels", [0, 1, 20])
def test_none_waits_longer_than_stated(services: Services, levels: int) -> None:
    """However many jobs of a higher priority, of others, and nearer their ends are queued later than that."""
    bound = (levels + 1) * turns.AGING
    patient = queue(services, bound + timedelta(seconds=5), priority=-10)
    held = add(services, patient, 1)[0]
    with services.database.write() as session:
        session.get_one(Job, held).status = "running"
    fresh = [queue(services, priority=levels - 10, spent_steps=10**9) for _ in range(3)]
    assert drain(services) == [patient, *fresh]


def test_just_before_the_bound_the_others_still_come_first(services: Services) -> None:
    patient = queue(services, turns.AGING - timedelta(minutes=1), priority=-1)
    fresh = queue(services)
    assert order(services) == [fresh, patient]


def test_a_job_that_is_paused_after_a_loss_is_left_out(services: Services) -> None:
    paused = queue(services, -timedelta(seconds=30), priority=10)
    assert first(services) is None
    ready = queue(services, priority=-10)
    assert first(services) == ready
    assert order(services) == [ready, paused]  # it comes last on the page


def test_only_suites_of_the_worker_count(services: Services) -> None:
    elsewhere = queue(services, priority=10, needs="elsewhere")
    maze = queue(services)
    assert first(services) == maze
    assert first(services, ["elsewhere"]) == elsewhere
    assert first(services, ["forkmaze", "elsewhere"]) == elsewhere
    assert first(services, []) is None


def test_a_label_is_only_for_workers_that_have_it(services: Services) -> None:
    labelled, plain = queue(services, priority=1, worker_label="a100"), queue(services)
    assert first(services) == first(services, labels=["v100"]) == plain
    assert first(services, labels=["v100", "a100"]) == labelled
    assert first(services, ["procgen"], ["a100"]) is None


def video(services: Services, job_id: int) -> int:
    """A video of the same run, queued just as long."""
    with services.database.write() as session:
        fields = session.get_one(Job, job_id).model_dump(exclude={"id", "key", "kind"})
        session.add(made := Job(**fields, key="video-1", kind="video"))
        session.flush()
        assert made.id is not None
        return made.id


def test_a_video_comes_after_training_of_the_same_priority_and_before_what_is_lower(services: Services) -> None:
    trained, other = queue(services), queue(services, timedelta(minutes=1))
    low = queue(services, timedelta(minutes=2), priority=-2)
    film = video(services, trained)
    assert order(services) == [other, trained, film, low]
    with services.database.write() as session:
        for job_id in (trained, other):
            session.get_one(Job, job_id).status = "paused"
    assert first(services) == low
    worker = NextJobRequest(worker="w", suites=("forkmaze",), videos=("forkmaze",))
    with services.database.read() as session:
        assert turns.first(session, worker, now()) == film


def test_a_video_of_a_run_that_has_ended_has_its_turn(services: Services) -> None:
    trained = queue(services)
    film = video(services, trained)
    with services.database.write() as session:
        run = session.get_one(Run, session.get_one(Job, trained).run_id)
        run.status, session.get_one(Job, trained).status = "succeeded", "succeeded"
    assert first(services) is None
    worker = NextJobRequest(worker="w", suites=("forkmaze",), videos=("forkmaze",))
    with services.database.read() as session:
        assert turns.first(session, worker, now()) == film
