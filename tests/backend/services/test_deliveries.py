"""Webhooks with a real receiver: signed, told once it happened, tried again until taken, and nobody held up."""

import base64
import hmac
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.webhook_models import WebhookMessage
from gsl.backend.services.app_services import Services
from gsl.backend.services.deliveries import Deliverer, Schedule
from gsl.backend.services.reaper import recover_lost
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import bearer
from tests.backend.receiver import Receiver, opening
from tests.backend.services.workers import claim, expire, jobs

QUICK = Schedule(look_every=0.02, patience=0.5, first_pause=0.05, longest_pause=0.2)
WITHIN_S = 20.0


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    with opening() as open_one:
        yield open_one


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    return receivers()


@pytest.fixture
def services(services: Services) -> Services:
    """Allowed to post to this machine."""
    settings = services.settings.model_copy(update={"webhook_hosts_text": "127.0.0.1"})
    return replace(services, settings=settings)


@pytest.fixture
def deliverer(services: Services) -> Iterator[Callable[[], Deliverer]]:
    """Starts one as each process of the API does."""
    started: list[Deliverer] = []

    def start(schedule: Schedule = QUICK) -> Deliverer:
        started.append(Deliverer(services, schedule))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.close()
        for thread in each.delivering():
            thread.join(WITHIN_S)


def create(api: ApiDriver, receiver: Receiver, **fields: Any) -> Any:
    return api.post("/webhooks", {"url": receiver.address, **fields}, 201)


def until(reached: Callable[[], object]) -> None:
    patience = time.monotonic() + WITHIN_S
    while not reached():
        assert time.monotonic() < patience
        time.sleep(0.01)


def state(api: ApiDriver, webhook: Any) -> Any:
    return next(each for each in api.get("/webhooks") if each["id"] == webhook["id"])


def test_what_happens_is_told_with_a_signature(
    api: ApiDriver, services: Services, receiver: Receiver, deliverer: Callable[[], Deliverer]
) -> None:
    secret = create(api, receiver)["secret"]
    deliverer()
    run_id = api.at_the_gate(name="<mine>")
    until(lambda: receiver.taken)
    api.post(f"/runs/{run_id}/cancel")
    until(lambda: len(receiver.taken) == 2)
    needed, ended = receiver.taken
    assert (needed["type"], ended["type"]) == ("approval.needed", "run.ended")
    assert needed["data"]["run_id"] == run_id
    assert needed["data"]["url"] == f"http://127.0.0.1:8000/runs/{run_id}"
    assert ended["data"]["status"] == "cancelled"
    for headers, body, message in zip(receiver.headers, receiver.bodies, receiver.taken, strict=True):
        assert headers["webhook-id"] == message["id"]
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
        assert headers["webhook-signature"] == f"v1,{signature}"


def test_a_failed_run_and_a_lost_worker_are_told(
    api: ApiDriver, services: Services, receiver: Receiver, deliverer: Callable[[], Deliverer]
) -> None:
    create(api, receiver, events=["run.failed", "worker.lost"])
    deliverer()
    run_id = api.launch()
    (job,) = jobs(services, run_id)
    claim(services, job, "gpu-1")
    expire(services, job)
    recover_lost(services)
    api.claim(api.job(run_id))
    api.finish(api.job(run_id), None, attempt=2, status="failed", error="it broke")
    until(lambda: len(receiver.taken) == 2)
    lost, failed = receiver.taken
    assert (lost["type"], lost["data"]["worker"], lost["data"]["jobs"]) == ("worker.lost", "gpu-1", ["generalist-1"])
    assert (failed["type"], failed["data"]["status"]) == ("run.failed", "failed")
    api.cancelled()
    assert state(api, {"id": 1})["waiting"] == 0, "it does not want to hear of runs that end"


def test_a_receiver_that_fails_for_a_while_gets_everything_once_it_is_back(
    api: ApiDriver, receiver: Receiver, deliverer: Callable[[], Deliverer]
) -> None:
    webhook = create(api, receiver)
    receiver.answer = 503
    first = deliverer()
    runs = [api.cancelled() for _ in range(5)]
    until(lambda: receiver.asked > 12)
    shown = state(api, webhook)
    assert (shown["waiting"], shown["delivered_at"]) == (5, None)
    assert "503" in shown["error"]
    first.close()
    receiver.answer = 204
    deliverer()  # the API has been started again meanwhile
    until(lambda: len(receiver.taken) == 5)
    assert sorted(each["data"]["run_id"] for each in receiver.taken) == runs
    until(lambda: state(api, webhook)["waiting"] == 0)
    assert state(api, webhook)["error"] is None


def test_several_processes_deliver_each_message_once(
    api: ApiDriver, receiver: Receiver, deliverer: Callable[[Schedule], Deliverer]
) -> None:
    create(api, receiver)
    patient = replace(QUICK, patience=10.0)  # no claim runs out on a busy machine
    for _ in range(3):
        deliverer(patient)
    runs = [api.cancelled() for _ in range(8)]
    until(lambda: len(receiver.taken) >= 8)
    time.sleep(0.1)
    assert sorted(each["data"]["run_id"] for each in receiver.taken) == runs
    assert receiver.most_at_once == 1


@ON_SQLITE
def test_a_receiver_that_hangs_holds_up_nobody(
    api: ApiDriver, receivers: Callable[[], Receiver], deliverer: Callable[[], Deliverer]
) -> None:
    hanging, quick = receivers(), receivers()
    webhook = create(api, hanging)
    create(api, quick)
    hanging.answer = WITHIN_S
    deliverer()
    started = time.monotonic()
    runs = [api.cancelled() for _ in range(3)]
    until(lambda: len(quick.taken) == 3)
    assert sorted(each["data"]["run_id"] for each in quick.taken) == runs
    until(lambda: state(api, webhook)["error"])
    assert "0.5 s" in state(api, webhook)["error"]
    assert time.monotonic() - started < WITHIN_S


@ON_SQLITE
def test_a_message_that_nobody_takes_is_given_up(
    api: ApiDriver, receiver: Receiver, deliverer: Callable[[Schedule], Deliverer]
) -> None:
    webhook = create(api, receiver)
    receiver.answer = 500
    patient = deliverer(QUICK)
    api.cancelled()
    until(lambda: receiver.asked > 1)
    assert state(api, webhook)["waiting"] == 1
    patient.close()
    deliverer(replace(QUICK, give_up=0.0))
    until(lambda: state(api, webhook)["waiting"] == 0)
    assert "given up" in state(api, webhook)["error"]


@ON_SQLITE
def test_slack_gets_a_line_of_text(api: ApiDriver, receiver: Receiver, deliverer: Callable[[], Deliverer]) -> None:
    webhook = create(api, receiver, format="slack")
    deliverer()
    run_id = api.cancelled(name="<!channel> & co")
    api.ask("POST", f"/webhooks/{webhook['id']}/test", 202)
    until(lambda: len(receiver.taken) == 2)
    ended, test = (each["text"] for each in receiver.taken)
    assert f"Run {run_id} (&lt;!channel&gt; &amp; co) has ended" in ended
    assert ended.endswith(f"http://127.0.0.1:8000/runs/{run_id}")
    assert "test" in test


def test_nothing_is_told_that_did_not_happen(api: ApiDriver, receiver: Receiver) -> None:
    webhook = create(api, receiver)
    run_id = api.cancelled()
    api.post(f"/runs/{run_id}/cancel", None, 409)
    assert state(api, webhook)["waiting"] == 1
    api.ask("DELETE", f"/webhooks/{webhook['id']}", 204)
    assert api.get("/webhooks") == []
    api.cancelled()


@ON_SQLITE
def test_a_link_that_decides_is_the_same_however_often_it_is_sent(
    api: ApiDriver, services: Services, receiver: Receiver, deliverer: Callable[[], Deliverer]
) -> None:
    create(api, receiver, approval_links=True)
    receiver.answer = 503
    deliverer()
    run_id = api.at_the_gate()
    until(lambda: receiver.asked > 2)
    receiver.answer = 204
    until(lambda: receiver.taken)
    secrets = {message["data"]["approval_url"].partition("#")[2] for message in receiver.taken}
    [secret] = secrets
    with services.database.read() as session:
        assert secret not in str(session.exec(select(WebhookMessage)).all())
    decided = api.ask("POST", "/approval", json={"action": "approve"}, headers=bearer(secret))
    assert (decided["run_id"], decided["decided_by"]) == (run_id, "link made by webhook 1")
    made = [entry["who"] for entry in api.get("/audit")["items"] if entry["what"] == "create approval link"]
    assert made == ["webhook 1"]


@ON_SQLITE
def test_without_being_asked_no_message_decides(
    api: ApiDriver, receiver: Receiver, deliverer: Callable[[], Deliverer]
) -> None:
    create(api, receiver)
    deliverer()
    api.at_the_gate()
    until(lambda: receiver.taken)
    assert "approval_url" not in receiver.taken[0]["data"]
