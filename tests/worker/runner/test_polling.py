"""A worker slot without any broker: a real process that asks the real API for its jobs."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gsl.worker.runner import polling
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.slot import Slot
from tests.worker.real_api import RealApi
from tests.worker.runner.slot_process import slot_process


@pytest.fixture
def api(tmp_path: Path) -> Iterator[RealApi]:
    with RealApi(tmp_path / "data") as api:
        yield api


@pytest.fixture
def slot(tmp_path: Path, api: RealApi) -> Iterator["subprocess.Popen[bytes]"]:
    with slot_process(tmp_path, api, "") as process:
        yield process


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


def context_of(api: RealApi, folder: Path) -> RunnerContext:
    return RunnerContext(
        api=api.worker_api, api_url=api.url, slot=Slot(folder, "w1"), worker="w1", suites=["forkmaze"],
        worker_dir=folder, stop_seconds=1.0,
    )  # fmt: skip


@pytest.fixture
def signals() -> Iterator[None]:
    """A slot takes them over."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_slot_stops_at_a_signal(
    api: RealApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(polling, "_WAIT_S", 1.0)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), number))
    timer.start()
    began = time.monotonic()
    assert polling.run(context_of(api, tmp_path / "worker")) == 0
    assert time.monotonic() - began >= 0.5
    timer.join()


def test_a_bell_that_finds_nothing_does_nothing(api: RealApi, tmp_path: Path) -> None:
    api.worker_api.claim(held := api.launch(), "w2")
    began = time.monotonic()
    assert not run_next(context_of(api, tmp_path / "worker"))
    assert time.monotonic() - began < 5
    assert (api.client.job(held).worker, api.client.job(held).attempt) == ("w2", 1)
