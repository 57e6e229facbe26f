"""The worker slot as it is started: a real process of its own, rung by the real API through a real Valkey."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from celery import Celery
from pydantic import ValidationError

from gsl.client.models import Job
from gsl.protocol.dispatch import Need, celery_settings, queue_of, queues_of
from gsl.protocol.lease import WorkerInfo
from gsl.worker.runner.settings import WorkerSettings
from tests.backend.services.broker import short_folder, valkey
from tests.worker.real_api import RealApi
from tests.worker.runner.slot_process import slot_process


@pytest.fixture
def broker() -> Iterator[str]:
    with short_folder() as folder, valkey(folder / "s"):
        yield f"redis+socket://{folder}/s"


@pytest.fixture
def api(tmp_path: Path, broker: str) -> Iterator[RealApi]:
    with RealApi(tmp_path / "data", redis_url=broker) as api:
        yield api


@pytest.fixture
def worker(tmp_path: Path, api: RealApi, broker: str) -> Iterator["subprocess.Popen[bytes]"]:
    with slot_process(tmp_path, api, broker) as process:
        yield process


def wait(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)


def tree(worker: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    process = psutil.Process(worker.pid)
    return [process, *process.children(recursive=True)]


def busy(api: RealApi, job_id: int) -> Job | None:
    """The job, once its first epoch has arrived."""
    job = api.client.job(job_id)
    return job if job.epochs else None


def test_a_rung_slot_says_who_it_is_does_one_job_after_the_other_and_gives_the_last_back(
    api: RealApi, worker: "subprocess.Popen[bytes]"
) -> None:
    first, job_id = api.launch(steps=8192), api.launch(steps=2_000_000)
    wait(lambda: busy(api, job_id))
    assert api.client.job(first).status == "succeeded"
    (known,) = api.client.workers()
    assert (known.name, known.device, known.live) == ("w1", "cpu", True)
    assert "forkmaze" in known.suites
    everything = tree(worker)
    assert {process.name() for process in everything} >= {"gsl-warm", "gsl-trainer"}
    worker.terminate()
    assert worker.wait(30) == 0
    wait(lambda: not any(process.is_running() for process in everything))
    job = api.client.job(job_id)
    assert job.status in ("lost", "queued")
    assert not job.error  # it stopped on request
    assert api.client.log(job_id)


@pytest.mark.parametrize("way", ["killed", "signalled twice"])
def test_nothing_of_a_slot_that_ends_at_once_lives_on(
    api: RealApi, worker: "subprocess.Popen[bytes]", way: str
) -> None:
    job_id = api.launch(steps=2_000_000)
    wait(lambda: busy(api, job_id))
    everything = tree(worker)
    (trainer,) = [process for process in everything if process.name() == "gsl-trainer"]
    trainer.suspend()  # so that the first signal is not enough
    if way == "killed":
        worker.kill()
    else:
        worker.terminate()
        time.sleep(0.5)
        assert worker.poll() is None
        worker.send_signal(signal.SIGINT)
    assert worker.wait(5) in (-signal.SIGKILL, 1)
    trainer.resume()
    wait(lambda: not any(process.is_running() for process in everything))


def test_celerys_process_never_imports_torch() -> None:
    code = "import sys, gsl.worker.runner.main; raise SystemExit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_slot_without_its_settings_says_which(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "GSL_WORKER_DIR": str(tmp_path)}
    worker = subprocess.run([sys.executable, "-m", "gsl.worker"], env=environment, capture_output=True, check=False)
    assert worker.returncode == 2
    assert b"GSL_WORKER_TOKEN" in worker.stderr


def test_a_slots_name_is_its_hosts_and_its_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_WORKER_TOKEN", "t")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.delenv("GSL_WORKER_NAME", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    assert WorkerSettings().name.endswith("-2+3")
    monkeypatch.setenv("GSL_WORKER_NAME", "a/b")
    with pytest.raises(ValidationError, match="GSL_WORKER_NAME"):
        WorkerSettings()


def test_a_slot_listens_for_what_its_labels_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_WORKER_TOKEN", "t")
    monkeypatch.setenv("GSL_WORKER_LABELS", "a100, lab-2")
    assert WorkerSettings().labels == ("a100", "lab-2")
    info = WorkerInfo(
        name="w", host="h", device="cpu", suites=("forkmaze",), labels=WorkerSettings().labels, version="0"
    )
    mine = {queue_of(Need("forkmaze", label)) for label in ("", "a100", "lab-2")}
    assert set(queues_of(info)) == mine
    assert len(mine) == 3
    monkeypatch.setenv("GSL_WORKER_LABELS", "two words")
    with pytest.raises(ValidationError, match="GSL_WORKER_LABELS"):
        WorkerSettings()


def test_no_message_goes_to_a_queue_that_nobody_answers() -> None:
    app = Celery("test", set_as_current=False)
    app.conf.update(celery_settings("memory://"))
    with pytest.raises(KeyError, match="elsewhere"):
        app.send_task("gsl.run_job", [1], queue="elsewhere")
