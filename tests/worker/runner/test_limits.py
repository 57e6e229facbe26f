"""A slot ends by itself: it was idle for long enough, or its time is almost over."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gsl.worker.runner.limits import Limits
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import SEND_S, Slot
from tests.backend.services.broker import short_folder, valkey
from tests.worker.real_api import RealApi
from tests.worker.runner.slot_process import slot_process

STOP_S = 5.0


class Stage:
    """A slot, its limits, and a clock that the test sets."""

    def __init__(self, folder: Path, **settings: float) -> None:
        self.now, self.left = 0.0, False
        self.slot = Slot(folder, "w1")
        given: dict[str, Any] = {"token": "t", "stop_seconds": STOP_S, **settings}
        self.limits = Limits(self.slot, WorkerSettings(**given), self.leave, clock=lambda: self.now)

    def leave(self) -> None:
        self.left = True

    def at(self, seconds: float) -> tuple[bool, bool, bool]:
        """Whether the slot takes no job, has given back its job, and has ended, after so many seconds."""
        self.now = seconds
        self.limits.look()
        return self.slot.closing, self.slot.stopping, self.left


def test_a_slot_claims_nothing_that_it_could_not_begin_and_gives_back_what_it_has(tmp_path: Path) -> None:
    """Nothing was measured: a job's start is taken to last a minute."""
    stage = Stage(tmp_path, until_minutes=10)
    stage.slot.hold(1)
    ends = 600 - STOP_S - SEND_S
    assert stage.at(ends - 61) == (False, False, False)
    assert stage.at(ends - 59) == (True, False, False)
    assert stage.at(ends - 1) == (True, False, False)
    assert stage.at(ends + 1) == (True, True, True)


def test_a_slot_without_a_job_ends_when_it_takes_none(tmp_path: Path) -> None:
    stage = Stage(tmp_path, until_minutes=10)
    assert stage.at(600 - STOP_S - SEND_S - 59) == (True, False, False)
    assert stage.at(600 - STOP_S - SEND_S - 58) == (True, False, True)


def test_what_starts_and_files_took_moves_both_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path, until_minutes=10)
    stage.slot.hold(1)
    monkeypatch.setattr(time, "monotonic", lambda before=time.monotonic: before() + 100)
    stage.slot.record_speed(1, "forkmaze", 1000)
    stage.slot.uploaded(30)
    assert stage.at(600 - STOP_S - 60 - 102)[0] is False
    assert stage.at(600 - STOP_S - 60 - 98)[0] is True
    assert stage.at(600 - STOP_S - 61)[1] is False
    assert stage.at(600 - STOP_S - 59)[1] is True


def test_a_short_time_is_used_too(tmp_path: Path) -> None:
    """A quarter of it is for the start."""
    stage = Stage(tmp_path, until_minutes=1)
    assert stage.at(60 - STOP_S - SEND_S - 16) == (False, False, False)
    assert stage.at(60 - STOP_S - SEND_S - 14) == (True, False, False)


def test_a_slot_is_idle_only_while_it_has_no_job(tmp_path: Path) -> None:
    stage = Stage(tmp_path, idle_seconds=0.05)
    stage.slot.hold(1)
    time.sleep(0.1)
    assert stage.at(0) == (False, False, False)
    stage.slot.release(1)
    assert stage.at(0) == (False, False, False)
    time.sleep(0.1)
    assert stage.at(0) == (True, False, False)
    assert stage.at(0) == (True, False, True)


def wait(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)


def test_a_process_does_what_there_is_and_ends_well(tmp_path: Path) -> None:
    """With a broker, whose consumer ends too."""
    with short_folder() as folder, valkey(folder / "s"):
        broker = f"redis+socket://{folder}/s"
        with RealApi(tmp_path / "data", redis_url=broker) as api:
            job_id = api.launch(steps=8192)
            with slot_process(tmp_path, api, broker, GSL_IDLE_SECONDS="3") as process:
                assert process.wait(90) == 0
            assert "Traceback" not in (tmp_path / "worker.log").read_text()
            assert all(job.status == "succeeded" for job in api.client.jobs(api.client.job(job_id).run_id))


def test_a_process_whose_time_is_over_gives_its_job_back_from_a_checkpoint(tmp_path: Path) -> None:
    with RealApi(tmp_path / "data") as api:
        job_id = api.launch(steps=20_000_000)
        with slot_process(tmp_path, api, "", GSL_UNTIL_MINUTES="0.42", GSL_STOP_SECONDS="2") as process:
            assert process.wait(30) == 0
        wait(lambda: api.client.job(job_id).status == "queued")
        job = api.client.job(job_id)
        assert (job.error or "", job.attempt) == ("", 1)
        kept = [each.epoch for each in api.client.artifacts(job.run_id) if each.kind == "checkpoint"]
        assert max(kept) == job.epochs > 0
