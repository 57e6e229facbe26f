"""From a claim to a folder with everything in it, at the real API."""

import os
import time
from pathlib import Path

from httpx import Client

from gsl.worker.runner.retry import RetryUntil
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.workspace import job_folder, prepare, prune
from tests.backend.api_driver import ApiDriver, started
from tests.worker.real_api import RealApi

DAGGER = {"guide": {"name": "dagger"}, "gate": {"mode": "auto"}}


def specialist_done(driver: ApiDriver, job_id: int, best: bytes) -> None:
    """It leaves two checkpoints, of which one was its best."""
    driver.claim(job_id)
    driver.report(job_id, started())
    driver.upload(job_id, best, kind="best", name="best-000001.ckpt")
    driver.upload(job_id, b"last", epoch=2, name="epoch-000002.ckpt")
    driver.finish(job_id, "budget")


def test_the_teachers_of_fine_tuning_arrive_with_what_they_own(tmp_path: Path) -> None:
    """The best of each specialist that ended well; the generalist teaches the variations of the one that failed."""
    with RealApi(tmp_path / "data") as api, Client(base_url=api.url) as web:
        driver = ApiDriver(web)
        run_id = driver.at_the_gate(config={**DAGGER, "specialists": {"count": 2}})
        specialist_done(driver, driver.job(run_id, "specialist-1-1"), b"best of one")
        failing = driver.job(run_id, "specialist-1-2")
        driver.claim(failing)
        driver.work(failing, "finish", {"attempt": 1, "status": "failed", "error": "broke"})
        assert not [job for job in driver.get(f"/runs/{run_id}/jobs") if job["kind"] == "demonstrations"]
        claim = api.worker_api.claim(driver.job(run_id, "finetune-1"), "w1")
        folder = job_folder(tmp_path, claim.job_id)
        prepare(api.worker_api, claim, folder, api.url, RetryUntil(lambda: False))
    job = folder.read_job()
    contents = {(folder.path / teacher.path).read_bytes(): teacher.variations for teacher in job.teachers}
    owned = contents.pop(b"best of one")
    assert len(owned) == 1
    generalist = next(teacher for teacher in claim.spec.teachers if teacher.checkpoint.job == "generalist-1")
    assert contents == {b"policy": generalist.variations}
    assert set(owned) | set(generalist.variations) == set(range(4))


def test_what_nobody_used_for_long_is_pruned_and_a_slot_that_was_only_idle_goes_on(tmp_path: Path) -> None:
    """Names of a batch system's slots do not come again."""
    idle, recent = Slot(tmp_path, "w-1@node1"), Slot(tmp_path, "w-2@node1")
    recent.record_speed(1, "forkmaze", 10.0)
    old = job_folder(tmp_path, 3).path
    old.mkdir(parents=True)
    for path in (old, tmp_path / "slots" / "w-1@node1"):
        os.utime(path, (time.time() - 100, time.time() - 100))
    prune(tmp_path, older_than_s=50)
    assert not old.exists()
    assert [path.name for path in (tmp_path / "slots").iterdir()] == ["w-2@node1"]
    idle.hold(4)
    idle.record_speed(4, "forkmaze", 20.0)
    assert idle.speeds == {"forkmaze": 20.0}
