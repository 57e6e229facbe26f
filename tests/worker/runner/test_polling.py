"""A worker slot without any broker: a real process that asks the real API for its jobs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.real_api import TOKEN, RealApi
from worker.runner.job_runner import RunnerContext, run_next
from worker.runner.slot import Slot


@pytest.fixture
def api(tmp_path: Path) -> Iterator[RealApi]:
    with RealApi(tmp_path / "data", lease_seconds=20) as api:
        yield api


@pytest.fixture
def slot(tmp_path: Path, api: RealApi) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ, "GSL_API_URL": api.url, "GSL_WORKER_TOKEN": TOKEN, "REDIS_URL": "", "OMP_NUM_THREADS": "1",
        "GSL_WORKER_DIR": str(tmp_path / "worker"), "GSL_WORKER_NAME": "w1", "CUDA_VISIBLE_DEVICES": "",
    }  # fmt: skip
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "worker"], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        print((tmp_path / "worker.log").read_text())


def wait(api: RealApi, job_id: int, status: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while api.client.job(job_id).status != status:
        assert time.monotonic() < deadline, f"did not become {status}"
        time.sleep(0.1)


def test_a_slot_without_a_broker_does_one_job_after_the_other_and_gives_the_last_back(
    api: RealApi, slot: "subprocess.Popen[bytes]"
) -> None:
    wait(api, api.launch(steps=8192), "succeeded")
    long = api.launch(steps=2_000_000)
    wait(api, long, "running")
    assert api.client.workers()[0].trouble is None
    while not api.client.job(long).epochs:
        time.sleep(0.1)
    slot.terminate()
    assert slot.wait(30) == 0
    assert api.client.job(long).status in ("queued", "lost")
    assert not api.client.job(long).error


def test_an_idle_slot_stops_at_once(api: RealApi, slot: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not api.client.workers():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)
    slot.terminate()
    assert slot.wait(10) == 0


def test_a_bell_that_finds_nothing_does_nothing(api: RealApi, tmp_path: Path) -> None:
    api.worker_api.claim(held := api.launch(), "w2")
    folder = tmp_path / "worker"
    context = RunnerContext(
        api=api.worker_api, api_url=api.url, slot=Slot(folder, "w1"), worker="w1", suites=["forkmaze"],
        worker_dir=folder, stop_seconds=1.0,
    )  # fmt: skip
    began = time.monotonic()
    assert not run_next(context)
    assert time.monotonic() - began < 5
    assert (api.client.job(held).worker, api.client.job(held).attempt) == ("w2", 1)
