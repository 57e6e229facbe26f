"""Lost jobs go on, at most so often at the same place; queued jobs are announced until somebody comes."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job
from gsl.backend.dispatch import Dispatcher
from gsl.backend.errors import ConflictError
from gsl.backend.services import reaper as reaper_module
from gsl.backend.services.app_services import Services
from gsl.backend.services.reaper import Reaper, catch_up, recover_lost, redispatch
from gsl.backend.store import runs
from gsl.backend.store.jobs import queue
from gsl.protocol.dispatch import Need
from gsl.protocol.reports import EpochReport, StartedReport
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.services.broker import dying, short_folder, valkey
from tests.backend.services.workers import claim, expire, finish, jobs, launch, report, run_of

MAZE = Need("forkmaze")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as path:
        yield path


def only_job(services: Services, run_id: int) -> Job:
    [job] = jobs(services, run_id)
    return job


def with_broker(services: Services, socket: Path) -> Services:
    return replace(services, dispatcher=Dispatcher(f"redis+socket://{socket}"))


def test_a_silent_workers_job_is_queued_again(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    claim(services, job)
    assert recover_lost(services) == []
    expire(services, job)
    assert recover_lost(services) == [run_id]
    again = only_job(services, run_id)
    assert (again.status, again.losses, again.dispatched_at) == ("queued", 1, None)
    assert claim(services, job, "another") == 2


def test_a_job_lost_too_often_at_the_same_place_fails(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    for _ in range(services.settings.max_attempts):
        attempt = claim(services, job)
        finish(services, job, attempt, "lost", "The trainer was ended by SIGSEGV.")
        recover_lost(services)
    ended = only_job(services, run_id)
    assert ended.status == "failed"
    assert run_of(services, run_id).status == "failed"
    assert "5" in run_of(services, run_id).message
    assert "SIGSEGV" in run_of(services, run_id).message


def test_getting_further_makes_earlier_losses_forgotten(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    for number in range(1, 2 * services.settings.max_attempts):
        attempt = claim(services, job)
        epoch = EpochReport(
            epoch=number, steps=9, job_steps=9 * number, seconds=1, episodes=0, mean_return=None, success_rate=None,
            mean_length=None, metrics={},
        )  # fmt: skip
        report(services, job, [StartedReport(epoch=number - 1, device="cpu", num_envs=1), epoch])
        finish(services, job, attempt, "lost", "killed")
        recover_lost(services)
    assert (only_job(services, run_id).status, only_job(services, run_id).losses) == ("queued", 1)


def test_stopping_a_worker_does_not_count(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    for _ in range(2 * services.settings.max_attempts):
        finish(services, job, claim(services, job), "lost")
        recover_lost(services)
    assert (only_job(services, run_id).status, only_job(services, run_id).losses) == ("queued", 0)


def test_a_fault_of_the_workers_machine_does_not_count_and_is_tried_again_later(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    for _ in range(2 * services.settings.max_attempts):
        finish(services, job, claim(services, job), "lost", trouble="The disk is full.")
        recover_lost(services)
    waiting = only_job(services, run_id)
    assert (waiting.status, waiting.losses, waiting.message) == ("queued", 0, "The disk is full.")
    with services.database.read() as session:
        assert queue.not_dispatched(session) == []  # not yet
    with services.database.write() as session:
        session.merge(waiting).queued_at = now()
    with services.database.read() as session:
        assert queue.not_dispatched(session) == [job.id]


def test_the_first_loss_is_made_good_at_once_and_the_next_after_pauses_that_double(services: Services) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    pauses = []
    for _ in range(4):
        finish(services, job, claim(services, job), "lost", "The trainer was ended by SIGSEGV.")
        recover_lost(services)
        pauses.append(round((only_job(services, run_id).queued_at - now()).total_seconds() / 10))
    assert pauses == [0, 1, 2, 4]


@pytest.mark.parametrize(("wish", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_lost_job_of_a_run_that_shall_stop_is_not_queued(services: Services, wish: str, status: str) -> None:
    run_id = launch(services)
    job = only_job(services, run_id)
    claim(services, job)
    with services.database.write() as session:
        runs.locked(session, run_id).desired_state = wish
        services.advance(session, run_id)
    expire(services, job)
    recover_lost(services)
    assert only_job(services, run_id).status == status
    assert run_of(services, run_id).status == status


def test_jobs_of_workers_that_are_gone_need_not_wait(services: Services) -> None:
    ours, theirs = launch(services), launch(services)
    claim(services, only_job(services, ours), "laptop-local-1")
    claim(services, only_job(services, theirs), "gpu-0")
    with services.database.write() as session:
        assert queue.requeue_of(session, "laptop-local-") == 1
    assert recover_lost(services) == [ours]
    assert only_job(services, ours).status == "queued"
    assert only_job(services, theirs).status == "running"


def test_a_planned_job_rings_and_is_marked(services: Services, folder: Path) -> None:
    socket = folder / "s"
    with valkey(socket):
        ringing = with_broker(services, socket)
        run_id = launch(ringing)
        assert only_job(ringing, run_id).dispatched_at is not None
        assert ringing.dispatcher.waiting(MAZE) == 1
        ringing.dispatcher.close()


def test_without_a_broker_jobs_wait_and_are_announced_once_it_is_there(services: Services, folder: Path) -> None:
    socket = folder / "s"
    ringing = with_broker(services, socket)
    started = time.monotonic()
    run_id = launch(ringing)
    assert time.monotonic() - started < 3
    redispatch(ringing)
    assert only_job(ringing, run_id).dispatched_at is None
    with valkey(socket):
        redispatch(ringing)
        assert only_job(ringing, run_id).dispatched_at is not None
        assert ringing.dispatcher.waiting(MAZE) == 1
        ringing.dispatcher.close()


def test_a_lost_message_is_sent_again_but_never_while_messages_wait(services: Services, folder: Path) -> None:
    socket = folder / "s"
    ringing = with_broker(services, socket)
    with valkey(socket):
        launch(ringing)
    with valkey(socket):
        redispatch(ringing, again_after_s=60)
        assert ringing.dispatcher.waiting(MAZE) == 0
        redispatch(ringing, again_after_s=0)
        redispatch(ringing, again_after_s=0)
        assert ringing.dispatcher.waiting(MAZE) == 1
        ringing.dispatcher.close()


def _while_dying(broker: Path, answers: int, ask: Callable[[Dispatcher], object]) -> object:
    with dying(broker, answers) as path:
        dispatcher = Dispatcher(f"redis+socket://{path}")
        answer = ask(dispatcher)
        dispatcher.close()
    return answer


@ON_SQLITE
def test_a_broker_that_dies_at_any_moment_is_a_broker_that_is_away(services: Services, folder: Path) -> None:
    with valkey(folder / "s"):
        launch(services)
        asked = [_while_dying(folder / "s", n, lambda it: it.waiting(MAZE)) for n in range(16)]
        told = [_while_dying(folder / "s", n, lambda it: it.notify([(1, MAZE)])) for n in range(16)]
    assert asked[0] is None
    assert asked[-1] is not None
    assert told[0] == []
    assert told[-1] == [1]


@ON_SQLITE
def test_the_reaper_outlives_whatever_goes_wrong(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = replace(services, settings=services.settings.model_copy(update={"lease_seconds": 0.2}))
    rounds: list[int] = []
    over = threading.Event()

    def recover(_services: Services) -> list[int]:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("on purpose")
        over.set()
        return []

    monkeypatch.setattr(reaper_module, "recover_lost", recover)
    reaper = Reaper(hasty)
    reaper.start()
    assert over.wait(10)
    reaper.close()


def test_the_reaper_works_by_itself_and_ends(services: Services) -> None:
    hasty = replace(services, settings=services.settings.model_copy(update={"lease_seconds": 0.2}))
    run_id = launch(hasty)
    claim(hasty, only_job(hasty, run_id))
    reaper = Reaper(hasty)
    reaper.start()
    deadline = time.monotonic() + 10
    while only_job(hasty, run_id).status != "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    reaper.close()
    assert only_job(hasty, run_id).status == "queued"


def test_each_need_has_a_queue_of_its_own(services: Services, folder: Path) -> None:
    """Messages that wait for one suite or label keep no lost message of another from being sent again."""
    socket = folder / "s"
    ringing = with_broker(services, socket)
    with valkey(socket):
        maze = launch(ringing)
        labelled = launch(ringing)
        with ringing.database.write() as session:
            runs.locked(session, maze).needs = "elsewhere"
            runs.locked(session, labelled).worker_label = "a100"
        launch(ringing)
        needs = [MAZE, Need("elsewhere"), Need("forkmaze", "a100"), Need("unheard of")]
        for _ in range(2):
            redispatch(ringing, again_after_s=0)
            assert [ringing.dispatcher.waiting(need) for need in needs] == [3, 1, 1, 0]
        ringing.dispatcher.close()


@ON_SQLITE
def test_a_run_that_cannot_be_planned_at_the_start_keeps_no_other_waiting(
    api: ApiDriver, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = api.launch(), api.launch()
    planned: list[int] = []

    def advance(_services: Services, _session: Session, run_id: int) -> None:
        if run_id == broken:
            raise ConflictError("on purpose")
        planned.append(run_id)

    monkeypatch.setattr(Services, "advance", advance)
    catch_up(services)
    assert planned == [other]
    assert f"run {broken} " in caplog.text
