"""The cores that a job gets: all if it is alone, a share beside others, and the same as long as it lasts."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gsl.config.method import SpecialistSettings
from gsl.protocol.api import WorkerPublic
from gsl.protocol.lease import ClaimedJob
from gsl.worker.job import checkpoint
from gsl.worker.runner.registration import worker_info
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.threads import cores, threads_of
from gsl.worker.trainer.device import share_cores
from tests.worker.jobs import TINY_MAZE, prepare, spec


def worker(name: str, job_id: int | None = None, host: str = "here", live: bool = True) -> WorkerPublic:
    return WorkerPublic(
        name=name, host=host, device="cpu", suites=(), version="1", live=live, job_id=job_id, run_id=None, speeds={},
        trouble=None, last_seen=datetime.now(UTC),
    )  # fmt: skip


def threads(kind: str, *others: WorkerPublic, there_are: int = 8) -> int:
    config = TINY_MAZE.model_copy(update={"specialists": SpecialistSettings(count=3, steps=2048)})
    claim = ClaimedJob(
        job_id=7, run_id=1, attempt=1, lease_seconds=90, heartbeat_seconds=20, spec=spec(kind, config), resume=None,
        source=None,
    )  # fmt: skip
    return threads_of(claim, [worker("ours"), *others], "ours", there_are)


def test_a_job_that_is_alone_gets_all_cores() -> None:
    elsewhere = worker("theirs", 3, host="there")
    assert threads("generalist", worker("idle"), elsewhere, worker("dead", 4, live=False)) == 8


def test_jobs_side_by_side_share_the_cores() -> None:
    assert threads("generalist", worker("busy", 3)) == 4
    assert threads("generalist", *[worker(str(number), number) for number in range(10, 30)]) == 1


def test_specialists_share_before_the_others_have_begun() -> None:
    assert threads("specialist") == 8
    assert threads("specialist", worker("idle")) == 4
    assert threads("specialist", *[worker(str(number)) for number in range(7)]) == 2  # there are three specialists


def test_a_job_of_slurm_s_has_its_own_cores_to_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside other workers on its node, which have theirs."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "5")
    assert cores() == 5
    settings = WorkerSettings.model_validate({"token": "t", "name": "w"})
    alone = worker_info(settings).host
    monkeypatch.setenv("SLURM_JOB_ID", "12")
    assert worker_info(settings).host == f"{alone}, Slurm job 12"
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores() == 3


def test_a_resumed_job_keeps_its_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = prepare(tmp_path, spec())
    share_cores(folder, 3)
    assert os.environ["OMP_NUM_THREADS"] == "3"
    checkpoint.save(folder.resume, {"threads": 2})
    share_cores(folder, 3)
    assert os.environ["OMP_NUM_THREADS"] == "2"
    checkpoint.save(folder.resume, {})  # from before they were stored
    share_cores(folder, None)
    assert os.environ["OMP_NUM_THREADS"] == "2"
