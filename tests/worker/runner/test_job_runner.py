"""The job runner with the real API: how a job ends if its trainer, its API, its lease or its worker misbehave."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gsl.backend.services import reaper
from gsl.backend.store.jobs import queue
from gsl.client.errors import Refused
from gsl.client.models import Job
from gsl.worker.runner import claiming, retry, slot, workspace
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.launcher import Launcher
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.workspace import job_folder
from tests.worker.real_api import RealApi
from tests.worker.runner.odd_trainer import trainers


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    """One for all tests, each of which has a run of its own. What was lost is queued again at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reaper, "_CHECK_EVERY_S", 0.2)
        with RealApi(tmp_path_factory.mktemp("server") / "data") as api:
            yield api


class Bench:
    """One worker slot in a thread of the test."""

    def __init__(self, api: RealApi, worker_dir: Path) -> None:
        self.api, self.dir, self.slot = api, worker_dir, Slot(worker_dir, "w1")
        self.job_id = api.launch()
        self.folder = job_folder(worker_dir, self.job_id)

    def run(self, way: str, warm_parent: list[str] | None = None) -> Job:
        """Run the next job with a trainer that behaves in this way, and see what became of it."""
        self.answer(way, warm_parent)
        return self.job

    def answer(self, way: str, warm_parent: list[str] | None = None) -> None:
        command = [sys.executable, "-m", "tests.worker.runner.odd_trainer"]
        with closing(Launcher(lambda folder: [*command, str(folder), way], warm_parent)) as launcher:
            context = RunnerContext(
                api=self.api.worker_api, api_url=self.api.url, slot=self.slot, worker="w1", worker_dir=self.dir,
                suites=["forkmaze"], stop_seconds=1.0, stall_seconds=2.0 if way == "hanging" else 600.0,
                launcher=launcher,
            )  # fmt: skip
            run_next(context, wait=5.0)

    def start(self, way: str) -> threading.Thread:
        """The same, in the background, as soon as the trainer's first epochs have arrived."""
        thread = threading.Thread(target=self.answer, args=(way,))
        thread.start()
        wait(lambda: self.job.epochs == 3)
        return thread

    @property
    def job(self) -> Job:
        return self.api.client.job(self.job_id)

    @property
    def run_id(self) -> int:
        return self.job.run_id


@pytest.fixture
def bench(api: RealApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Waits between retries stay short, however long an outage lasts on a busy machine; so do pauses after losses."""
    monkeypatch.setattr(retry, "_LONGEST_WAIT_S", 1.0)
    monkeypatch.setattr(queue, "_MACHINE_PAUSE", timedelta(seconds=0.1))
    yield Bench(api, tmp_path / "worker")
    api.come_back()
    for run in api.client.runs():  # or the next test's slot would get what this one left
        if not run.ended:
            api.client.cancel(run.id)


def wait(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def join(thread: threading.Thread) -> None:
    thread.join(90)
    assert not thread.is_alive()


def test_a_job_that_ends_well_has_everything_at_the_api_and_nothing_here(bench: Bench) -> None:
    job = bench.run("well")
    assert (job.status, job.outcome, job.epochs, job.attempt) == ("succeeded", "completed", 3, 1)
    assert re.search("attempt 1.*w1", bench.api.client.log(bench.job_id))
    assert not bench.folder.path.exists()
    assert (bench.slot.job_id, bench.slot.speeds) == (None, {"forkmaze": 1000.0})


def test_a_job_that_could_not_be_forked_says_so(bench: Bench) -> None:
    job = bench.run("well", warm_parent=["false"])
    assert (job.status, job.epochs) == ("succeeded", 3)
    for said in (job.message, bench.api.client.log(bench.job_id)):
        assert "fresh process: the warm parent ended with exit code 1" in said


@pytest.mark.parametrize(
    ("way", "cause"),
    [
        ("broken", "RuntimeError: the simulator is broken"),
        ("resultless", "result"),
        ("babbling", "SpoolError"),
    ],
)
def test_a_trainer_that_fails_fails_its_job_and_says_why(bench: Bench, way: str, cause: str) -> None:
    job = bench.run(way)
    assert job.status == "failed"
    assert cause in (job.error or "")
    assert not bench.folder.path.exists()


def test_a_trainer_that_crashes_is_started_again_from_where_it_was(bench: Bench) -> None:
    job = bench.run("crashing")
    assert "SIGSEGV" in (job.error or "")
    assert bench.folder.spool.exists()
    wait(lambda: bench.job.status == "queued")
    job = bench.run("well")
    assert (job.status, job.attempt, job.epochs) == ("succeeded", 2, 3)


def test_a_failed_job_can_be_tried_again(bench: Bench) -> None:
    assert bench.run("broken").status == "failed"
    assert bench.api.client.retry_job(bench.job_id).status == "queued"
    assert bench.run("broken").status == "failed"
    assert bench.api.client.retry(bench.run_id).status in ("queued", "generalist")
    job = bench.run("well")
    assert (job.status, job.attempt, job.error or "") == ("succeeded", 3, "")
    with pytest.raises(Refused, match="only a run that failed"):
        bench.api.client.retry(bench.run_id)
    with pytest.raises(Refused, match="only a job that failed"):
        bench.api.client.retry_job(bench.job_id)


def test_a_full_disk_is_not_the_jobs_fault(bench: Bench) -> None:
    job = bench.run("diskless")
    assert (job.status in ("lost", "queued"), job.error or "") == (True, "")
    assert "disk is full" in job.message
    job = bench.run("broken")  # what an earlier attempt printed is not taken for this one's cause
    assert (job.status, "simulator is broken" in (job.error or "")) == ("failed", True)


def test_a_disk_that_fails_under_the_runner_is_not_the_jobs_fault(bench: Bench) -> None:
    bench.folder.path.parent.write_text("a file where the folder of jobs should be")
    job = bench.run("well")
    assert (job.status in ("lost", "queued"), job.error or "") == (True, "")
    assert "cannot use its disk" in job.message
    bench.folder.path.parent.unlink()
    job = bench.run("well")
    assert (job.status, job.attempt) == ("succeeded", 2)


def test_nothing_is_claimed_while_the_disk_is_full(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_CHECK_DISK_EVERY_S", 0.05)
    monkeypatch.setattr(workspace, "_NEEDED_BYTES", 1 << 60)
    thread = threading.Thread(target=bench.answer, args=("well",))
    thread.start()
    time.sleep(0.5)
    assert (bench.job.status, bench.job.attempt) == ("queued", 0)
    monkeypatch.setattr(workspace, "_NEEDED_BYTES", 0)
    join(thread)
    assert (bench.job.status, bench.job.attempt) == ("succeeded", 1)


def test_a_trainer_that_hangs_is_ended_and_its_job_given_back(bench: Bench) -> None:
    job = bench.run("hanging")
    assert "no sign of life" in (job.error or "")
    assert not trainers(bench.folder.path)
    wait(lambda: bench.job.status == "queued")
    job = bench.run("well")
    assert (job.status, job.attempt) == ("succeeded", 2)


@pytest.mark.parametrize("way", ["stoppable", "stubborn"])
def test_a_cancelled_job_ends_whether_its_trainer_wants_or_not(bench: Bench, way: str) -> None:
    thread = bench.start(way)
    bench.api.client.cancel(bench.run_id)
    join(thread)
    assert bench.job.status == "cancelled"
    assert not trainers(bench.folder.path)
    assert not bench.folder.path.exists()


def test_a_paused_job_goes_on_in_its_folder(bench: Bench) -> None:
    thread = bench.start("stoppable")
    bench.api.client.pause(bench.run_id)
    join(thread)
    assert bench.job.status == "paused"
    assert bench.folder.spool.exists()
    bench.api.client.resume(bench.run_id)
    job = bench.run("well")
    assert (job.status, job.attempt) == ("succeeded", 2)


def test_a_worker_that_shuts_down_gives_its_job_back(bench: Bench) -> None:
    thread = bench.start("stoppable")
    bench.slot.stop()
    join(thread)
    wait(lambda: bench.job.status == "queued")
    assert not trainers(bench.folder.path)


def test_a_limit_that_comes_before_the_first_epoch_counts_as_a_loss(bench: Bench) -> None:
    thread = threading.Thread(target=bench.answer, args=("slow",))
    thread.start()
    wait(lambda: trainers(bench.folder.path))
    bench.slot.stop(out_of_time=True)
    join(thread)
    wait(lambda: bench.job.status == "queued")
    assert "--until" in (bench.job.error or "")


def test_a_worker_that_shuts_down_while_the_api_is_away_leaves_in_time(
    bench: Bench, api: RealApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot, "SEND_S", 1.0)
    thread = bench.start("stoppable")
    api.go_away()
    bench.slot.stop()
    join(thread)
    assert bench.folder.spool.exists()


def test_training_goes_on_while_the_api_is_away_and_no_report_is_lost(bench: Bench, api: RealApi) -> None:
    thread = bench.start("patient")
    api.go_away()
    (bench.folder.path / "go").touch()
    wait(bench.folder.result.exists)
    api.come_back()
    join(thread)
    assert (bench.job.status, bench.job.epochs) == ("succeeded", 6)


def test_a_job_lost_during_an_outage_comes_back_to_its_folder(bench: Bench, api: RealApi) -> None:
    thread = bench.start("stoppable")
    api.lose(bench.job_id)
    join(thread)
    assert not trainers(bench.folder.path)
    assert bench.folder.spool.exists()
    job = bench.run("well")
    assert (job.status, job.attempt) == ("succeeded", 2)


def test_a_job_taken_over_by_another_worker_is_let_go(bench: Bench, api: RealApi) -> None:
    thread = bench.start("stubborn")
    api.lose(bench.job_id)
    api.worker_api.claim(bench.job_id, "w2")
    join(thread)
    assert not trainers(bench.folder.path)
    assert (bench.job.worker, bench.job.attempt) == ("w2", 2)


def test_a_folder_of_an_older_attempt_is_not_gone_on_with(bench: Bench, api: RealApi) -> None:
    bench.run("crashing")
    old = bench.folder.path / "old"
    old.touch()
    api.worker_api.claim(bench.job_id, "w2")
    api.lose(bench.job_id)
    thread = threading.Thread(target=bench.answer, args=("patient",))
    thread.start()
    wait(lambda: bench.job.attempt == 3 and not old.exists() and bench.folder.spool.exists())
    (bench.folder.path / "go").touch()
    join(thread)
    assert bench.job.status == "succeeded"


def test_a_deleted_job_ends_its_trainer_and_its_folder(bench: Bench, api: RealApi) -> None:
    thread = bench.start("stubborn")
    api.erase(bench.run_id)
    join(thread)
    assert not trainers(bench.folder.path)
    assert not bench.folder.path.exists()


def test_a_killed_trainer_leaves_its_job_to_be_queued_again(bench: Bench) -> None:
    thread = bench.start("stoppable")
    for pid in trainers(bench.folder.path):
        os.kill(pid, signal.SIGKILL)
    join(thread)
    wait(lambda: bench.job.status == "queued")
    assert "SIGKILL" in (bench.job.error or "")
