"""Specialists of one run in one slot, with real trainers and the real API: each has an end of its own."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gsl.client.models import Job
from gsl.config.method import BudgetSettings, GateSettings
from gsl.worker.job.folder import EXIT_STOPPED
from gsl.worker.runner import workspace
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.launcher import Launcher
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.warm_parent import WARM_PARENT
from gsl.worker.runner.workspace import job_folder
from tests.worker.jobs import TINY_MAZE
from tests.worker.real_api import TOKEN, RealApi

COUNT, EPOCHS = 3, 120
STEPS = EPOCHS * TINY_MAZE.learner.batch_size
CONFIG = TINY_MAZE.model_copy(
    update={
        "specialists": TINY_MAZE.specialists.model_copy(update={"count": COUNT, "steps": STEPS}),
        "gate": GateSettings(mode="auto"),
        "budget": BudgetSettings(total_steps=COUNT * STEPS + 10_000, generalist_steps=1024),
    }
)
Numbers = dict[str, list[tuple[Any, ...]]]


class Bench:
    """One worker slot in a thread of the test, and a run whose specialists are queued."""

    def __init__(self, data_dir: Path, launcher: Launcher) -> None:
        self.api = RealApi(data_dir)
        self.dir, self._launcher = data_dir / "worker", launcher
        self.slot = Slot(self.dir, "w1")

    def __enter__(self) -> "Bench":
        self.api.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.api.__exit__()

    def run_next(self, members: int = COUNT) -> None:
        context = RunnerContext(
            api=self.api.worker_api, api_url=self.api.url, slot=self.slot, worker="w1", worker_dir=self.dir,
            suites=["forkmaze"], stop_seconds=10.0, launcher=self._launcher, members=members,
        )  # fmt: skip
        assert run_next(context, wait=10.0)

    def begin(self) -> threading.Thread:
        """Train in the background; returns once every specialist has reported."""
        thread = threading.Thread(target=self.run_next)
        thread.start()
        wait(lambda: all(job.epochs for job in self.specialists))
        return thread

    def finish(self) -> None:
        """Do whatever is queued until every specialist has ended."""
        while "queued" in self.statuses:
            self.run_next()

    @property
    def specialists(self) -> list[Job]:
        return [job for job in self.api.client.jobs(1) if job.kind == "specialist"]

    @property
    def statuses(self) -> list[str]:
        return [job.status for job in self.specialists]

    @property
    def numbers(self) -> Numbers:
        """What every epoch of a specialist brought, without the clock."""
        found: Numbers = {}
        query = (
            "SELECT key, epoch.epoch, epoch.steps, epoch.job_steps, episodes, epoch.mean_return, epoch.mean_length "
            "FROM epoch JOIN job ON job.id = job_id WHERE kind = 'specialist' ORDER BY key, epoch.epoch"
        )
        for key, *row in self._database(query):
            found.setdefault(key, []).append(tuple(row))
        return found

    def cancel(self, job_id: int) -> None:
        """As the planner does to a job that is no longer needed."""
        self._database("UPDATE job SET wish = 'cancel' WHERE id = ?", job_id)

    def _database(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.api.settings.data_dir / "gsl.db", timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with closing(Launcher(warm_parent=WARM_PARENT)) as launcher:
        yield launcher


@pytest.fixture(scope="module")
def queued(tmp_path_factory: pytest.TempPathFactory, launcher: Launcher) -> Path:
    """The data of a server whose specialists are queued."""
    data_dir = tmp_path_factory.mktemp("queued") / "data"
    data_dir.mkdir()
    with Bench(data_dir, launcher) as bench:
        bench.api.client.create_run(config=CONFIG.model_dump(mode="json"))
        while not bench.specialists:
            bench.run_next()
    return data_dir


@pytest.fixture
def bench(queued: Path, launcher: Launcher, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(queued, tmp_path / "data")
    with Bench(tmp_path / "data", launcher) as bench:
        yield bench


@pytest.fixture(scope="module")
def undisturbed(queued: Path, launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    shutil.copytree(queued, data_dir := tmp_path_factory.mktemp("undisturbed") / "data")
    with Bench(data_dir, launcher) as bench:
        bench.run_next()
        assert bench.statuses == ["succeeded"] * COUNT
        for job in bench.specialists:
            assert (job.worker, job.attempt, job.message) == ("w1", 1, "")
            log = bench.api.client.log(job.id)
            assert f"{job.key}, attempt 1, on w1" in log
            assert "epoch 50: return" in log
            assert not job_folder(bench.dir, job.id).path.exists()
        assert bench.slot.job_id is None
        assert f"{COUNT} jobs train as one" in bench.slot.trainer_log.read_text()
        return bench.numbers


def wait(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def join(thread: threading.Thread) -> None:
    thread.join(60)
    assert not thread.is_alive()


def is_free(lock: Path) -> bool:
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def trainer_of(launcher: Launcher) -> int:
    """The process that this launcher's warm parent has forked."""
    assert launcher._parent is not None
    [child] = Path(f"/proc/{launcher._parent.pid}/task/{launcher._parent.pid}/children").read_text().split()
    return int(child)


def test_one_that_is_cancelled_leaves_the_others_as_they_would_be(bench: Bench, undisturbed: Numbers) -> None:
    thread = bench.begin()
    first, second, third = bench.specialists
    bench.cancel(second.id)
    wait(lambda: bench.statuses[1] == "cancelled")
    assert bench.statuses == ["running", "cancelled", "running"]
    join(thread)
    assert bench.statuses == ["succeeded", "cancelled", "succeeded"]
    for key in (first.key, third.key):
        assert bench.numbers[key] == undisturbed[key]
    kept = bench.numbers[second.key]
    assert 0 < len(kept) < len(undisturbed[second.key])
    assert kept == undisturbed[second.key][: len(kept)]


def test_one_that_another_worker_took_over_leaves_the_others(bench: Bench, undisturbed: Numbers) -> None:
    thread = bench.begin()
    taken = bench.specialists[0]
    folder = job_folder(bench.dir, taken.id)
    bench.api.lose(taken.id)
    bench.api.worker_api.claim(taken.id, "w2")
    wait(lambda: folder.read_exit() == EXIT_STOPPED and is_free(folder.path.with_suffix(".lock")))
    assert bench.statuses == ["running"] * COUNT
    assert bench.slot.job_id != taken.id
    join(thread)
    assert bench.statuses[1:] == ["succeeded", "succeeded"]
    assert (bench.specialists[0].worker, bench.specialists[0].attempt) == ("w2", 2)
    for job in bench.specialists[1:]:
        assert bench.numbers[job.key] == undisturbed[job.key]


def test_one_that_cannot_begin_does_not_keep_the_other_from_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_LOCK_WAIT_S", 0.1)
    first, second, _ = bench.specialists
    lock = job_folder(bench.dir, second.id).path.with_suffix(".lock")
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        bench.run_next(members=2)
    wait(lambda: bench.statuses == ["succeeded", "queued", "queued"])
    assert "earlier attempt is still running" in (bench.specialists[1].error or "")
    assert "epoch 50: return" in bench.api.client.log(first.id)


def test_a_trainer_that_crashes_costs_each_an_attempt_and_no_number(
    bench: Bench, undisturbed: Numbers, launcher: Launcher
) -> None:
    thread = bench.begin()
    os.kill(trainer_of(launcher), signal.SIGSEGV)
    join(thread)
    for job in bench.specialists:
        assert "SIGSEGV" in (job.error or "")
        assert "train as one" in bench.api.client.log(job.id)
    wait(lambda: bench.statuses == ["queued"] * COUNT)
    bench.finish()
    assert [(job.status, job.attempt) for job in bench.specialists] == [("succeeded", 2)] * COUNT
    assert bench.numbers == undisturbed


@pytest.mark.slow
def test_a_slot_that_shuts_down_gives_all_back_and_they_resume(bench: Bench, undisturbed: Numbers) -> None:
    thread = bench.begin()
    bench.slot.stop()
    join(thread)
    wait(lambda: bench.statuses == ["queued"] * COUNT)
    assert not any(job.error for job in bench.specialists)
    bench.slot = Slot(bench.dir, "w1")
    while "succeeded" not in bench.statuses:
        bench.run_next(members=1)
    assert bench.statuses.count("succeeded") == 1
    bench.finish()
    assert bench.numbers == undisturbed


@pytest.mark.slow
def test_a_runner_that_is_killed_and_starts_again_goes_on_with_all(bench: Bench, undisturbed: Numbers) -> None:
    with slot_process(bench) as slot:
        wait(lambda: bench.specialists and min(job.epochs for job in bench.specialists) > 5)
        slot.kill()
    for job in bench.specialists:
        bench.api.lose(job.id)
    wait(lambda: bench.statuses == ["queued"] * COUNT)
    with slot_process(bench):
        wait(lambda: bench.statuses == ["succeeded"] * COUNT)
    assert [(job.attempt, job.worker) for job in bench.specialists] == [(2, "w1")] * COUNT
    assert bench.numbers == undisturbed


@contextmanager
def slot_process(bench: Bench) -> Iterator["subprocess.Popen[bytes]"]:
    """A slot in a process of its own, as `python -m gsl.worker` starts it."""
    environment = {
        **os.environ, "GSL_API_URL": bench.api.url, "GSL_WORKER_TOKEN": TOKEN, "REDIS_URL": "", "OMP_NUM_THREADS": "1",
        "GSL_WORKER_DIR": str(bench.dir), "GSL_WORKER_NAME": "w1", "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
    with (bench.dir / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "gsl.worker"], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_paused_run_pauses_each(bench: Bench) -> None:
    thread = bench.begin()
    bench.api.client.pause(1)
    join(thread)
    assert bench.statuses == ["paused"] * COUNT
