"""When a slot counts as deaf, and when a trainer counts as hanging."""

import os
import time
from pathlib import Path

import pytest

from gsl.protocol.lease import RegistrationReply
from gsl.worker.job.folder import JobFolder
from gsl.worker.runner import consumer_pulse
from gsl.worker.runner.consumer_pulse import ConsumerPulse
from gsl.worker.runner.stall import StallWatch
from gsl.worker.runner.watchdog import EXIT_DEAF, Watchdog, broker_answers
from gsl.worker.runner.workspace import disk_trouble
from gsl.worker.trainer.stop import StopRequest
from tests.backend.services.broker import dying, short_folder, valkey

IDLE_WHILE_JOBS_WAIT = RegistrationReply(job_id=None, waiting_jobs=2)


def ends(replies: list[RegistrationReply], seconds: float, *, able: bool = True, answers: bool = True) -> list[int]:
    """With which exit codes the watchdog ends its slot after these replies, ten seconds apart."""
    codes: list[int] = []
    now = 0.0
    watchdog = Watchdog(seconds, lambda: answers, codes.append, clock=lambda: now)
    for reply in replies:
        watchdog.look(reply, able)
        now += 10
    return codes


def test_a_slot_that_stays_idle_while_jobs_wait_starts_anew() -> None:
    assert ends([IDLE_WHILE_JOBS_WAIT] * 3, seconds=15) == [EXIT_DEAF]
    assert ends([IDLE_WHILE_JOBS_WAIT], seconds=15) == []


@pytest.mark.parametrize(
    "between", [RegistrationReply(job_id=7, waiting_jobs=2), RegistrationReply(job_id=None, waiting_jobs=0)]
)
def test_a_slot_that_works_or_has_nothing_to_do_is_not_deaf(between: RegistrationReply) -> None:
    assert ends([IDLE_WHILE_JOBS_WAIT, between, IDLE_WHILE_JOBS_WAIT], seconds=15) == []


def test_a_slot_that_cannot_take_jobs_or_has_no_broker_does_not_start_anew() -> None:
    assert ends([IDLE_WHILE_JOBS_WAIT] * 3, seconds=15, able=False) == []
    assert ends([IDLE_WHILE_JOBS_WAIT] * 3, seconds=15, answers=False) == []


def test_whether_the_broker_answers() -> None:
    with short_folder() as folder:
        url = f"redis+socket://{folder}/s"
        with valkey(folder / "s"):
            assert broker_answers(url)
        assert not broker_answers(url)


def test_a_broker_that_dies_while_it_is_asked_does_not_answer() -> None:
    with short_folder() as folder, valkey(folder / "s"):
        answers = []
        for number in range(8):
            with dying(folder / "s", number) as path:
                answers.append(broker_answers(f"redis+socket://{path}"))
    assert answers == sorted(answers)
    assert {*answers} == {False, True}


def test_a_consumer_whose_loop_stands_still_is_in_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = ConsumerPulse()
    assert pulse.trouble is None
    monkeypatch.setattr(consumer_pulse, "_SILENT_AFTER_S", 0.0)
    assert "broker" in str(pulse.trouble)


def test_what_is_wrong_with_a_disk(tmp_path: Path) -> None:
    assert disk_trouble(tmp_path / "new" / "folder") is None
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in (disk_trouble(tmp_path / "file") or "")


def test_a_trainer_that_asks_whether_to_stop_does_not_hang(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    watch, request = StallWatch([folder], seconds=0.5), StopRequest(folder.stop, folder.alive)
    for _ in range(10):
        assert not request.requested
        assert not watch.stalled()
        time.sleep(0.1)


def test_the_deadline_grows_with_the_longest_silence(tmp_path: Path) -> None:
    folder, now = JobFolder(tmp_path), 0.0
    watch = StallWatch([folder], seconds=1, clock=lambda: now)
    folder.spool.touch()
    now = 0.5
    assert not watch.stalled()
    assert watch.deadline == 5
    now = 2.5
    os.utime(folder.spool, (0, 0))  # a clock that was set back is a sign of life, too
    assert not watch.stalled()
    assert watch.deadline == 20
    now = 22.5
    assert not watch.stalled()
    now = 22.6
    assert watch.stalled()
