"""Continuations by the real API, a real slot and real trainers: exactly the new total, also if interrupted."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gsl.client.models import Job, Run
from gsl.worker.job import checkpoint
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.launcher import Launcher, launcher
from gsl.worker.runner.slot import Slot
from tests.worker.real_api import RealApi

EPOCH = 512
LEARNER = {"num_envs": 8, "num_steps": 64, "num_minibatches": 2}
PLAIN: dict[str, Any] = {
    "arm": "generalist", "learner": LEARNER, "evaluation": {"episodes": 1}, "budget": {"total_steps": 4 * EPOCH},
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "gate": {"mode": "auto"}, "learner": LEARNER, "evaluation": {"episodes": 1},
    "specialists": {"count": 1, "variations_each": 1, "steps": 1024},
    "demonstrations": {"per_variation": 1, "generalist_per_variation": 1, "max_tries": 1},
    "budget": {"total_steps": 16384, "generalist_steps": 4096},
}  # fmt: skip


class Stage:
    """A server, and a slot that does whatever is to be done next."""

    def __init__(self, api: RealApi, folder: Path, launcher: Launcher) -> None:
        self.api, self.folder, self.slot, self.launcher = api, folder, Slot(folder, "w1"), launcher

    def work(self) -> bool:
        context = RunnerContext(
            api=self.api.worker_api, api_url=self.api.url, slot=self.slot, worker="w1", worker_dir=self.folder,
            suites=["forkmaze"], stop_seconds=30.0, launcher=self.launcher,
        )  # fmt: skip
        return run_next(context)

    def work_off(self, run: Run) -> Run:
        while self.work():
            pass
        ended = self.api.client.run(run.id)
        assert ended.status == "succeeded", ended.message
        return ended

    def ended(self, config: dict[str, Any]) -> Run:
        return self.work_off(self.api.client.create_run(preset="forkmaze-quick", config=config))

    def job(self, run: Run, key: str) -> Job:
        return next(job for job in self.api.client.jobs(run.id) if job.key == key)

    def policy(self, run: Run, path: Path) -> dict[str, Any]:
        return checkpoint.load(self.api.client.download(self.api.client.policy_file(run.id), path))


def updates(policy: dict[str, Any]) -> int:
    """How often the optimiser has changed the network."""
    return max(int(moments["step"]) for moments in policy["learner"]["adam"].values())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("continued")
    with RealApi(folder / "data") as api, closing(launcher()) as trainers:
        yield Stage(api, folder / "worker", trainers)


def test_a_baseline_reaches_its_new_total_exactly_with_the_learner_it_had(stage: Stage, tmp_path: Path) -> None:
    run = stage.ended(PLAIN)
    before = stage.policy(run, tmp_path / "before.ckpt")
    assert run.spent_steps == run.total_steps == 4 * EPOCH
    stage.api.client.continue_run(run.id, 3 * EPOCH)
    after = stage.work_off(run)
    assert after.spent_steps == after.total_steps == 7 * EPOCH
    policy = stage.policy(run, tmp_path / "after.ckpt")
    assert (policy["job"], policy["epoch"]) == ("continued-1", 3)
    first, then = (updates(state) for state in (before, policy))
    assert then * 4 == first * 7, "the optimiser went on counting"
    ledger = stage.api.client.ledger(run.id)
    assert (ledger.total_steps, ledger.left_steps) == (7 * EPOCH, 0)
    keys = [job.key for job in stage.api.client.jobs(run.id)]
    assert keys == ["generalist-1", "evaluation-final", "continued-1", "evaluation-continued-1"]
    assert stage.api.client.run(run.id).continuations[0].score == run.score


def test_a_fine_tuned_policy_goes_on(stage: Stage, tmp_path: Path) -> None:
    run = stage.ended(WHOLE)
    assert stage.policy(run, tmp_path / "before.ckpt")["job"] == "finetune-1"
    stage.api.client.continue_run(run.id, 4 * EPOCH)
    after = stage.work_off(run)
    job = stage.job(run, "continued-1")
    assert (job.kind, job.phase, job.steps % EPOCH) == ("finetune", "finetune", 0)
    assert 0 <= after.total_steps - after.spent_steps < EPOCH
    assert after.spent_steps == run.spent_steps + job.steps
    assert after.total_steps == run.total_steps + 4 * EPOCH


def test_one_that_is_interrupted_ends_as_one_that_is_not(stage: Stage, tmp_path: Path) -> None:
    undisturbed, paused = stage.ended(PLAIN), stage.ended(PLAIN)
    stage.api.client.continue_run(undisturbed.id, 40 * EPOCH)
    stage.work_off(undisturbed)
    stage.api.client.continue_run(paused.id, 40 * EPOCH)
    working = threading.Thread(target=stage.work)
    working.start()
    deadline = time.monotonic() + 90
    while stage.job(paused, "continued-1").epochs < 2:
        assert time.monotonic() < deadline, "it did not train"
        time.sleep(0.02)
    stage.api.client.pause(paused.id)
    working.join(90)
    assert stage.job(paused, "continued-1").status == "paused"
    stage.api.client.resume(paused.id)
    after = stage.work_off(paused)
    assert stage.job(paused, "continued-1").attempt == 2
    assert after.spent_steps == after.total_steps == 44 * EPOCH
    ends = [stage.policy(run, tmp_path / f"{run.id}.ckpt")["learner"]["network"] for run in (undisturbed, paused)]
    assert all((ends[0][name] == ends[1][name]).all() for name in ends[0])
