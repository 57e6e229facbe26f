"""When checkpoints are written, and what is left out of those that only others read."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gsl.worker.job import checkpoint
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.trainer import checkpoint_manager
from gsl.worker.trainer.checkpoint_manager import CheckpointManager


class Clock:
    """Seconds that pass when the test says so, and when a checkpoint is written."""

    def __init__(self, cost: float, size: int) -> None:
        self.now, self.cost, self.size, self.written = 0.0, cost, size, list[float]()

    def save(self, path: Path, state: dict[str, Any]) -> None:
        self.now += self.cost
        self.written.append(self.now)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.truncate(path, self.size)  # a hole: nothing is written


@pytest.fixture(params=[(0.02, 1_000_000), (3.0, 60_000_000)])
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(*request.param)
    monkeypatch.setattr(checkpoint_manager, "time", SimpleNamespace(monotonic=lambda: made.now))
    monkeypatch.setattr(checkpoint, "save", made.save)
    return made


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[SpoolWriter]:
    with closing(SpoolWriter(JobFolder(tmp_path).spool)) as made:
        yield made


def state() -> dict[str, Any]:
    return {"learner": {"network": {"weight": np.ones(3)}, "experience": {"reward": np.ones(5)}}}


def test_no_more_than_a_tenth_of_the_time_goes_into_checkpoints(
    tmp_path: Path, clock: Clock, spool: SpoolWriter
) -> None:
    """Epochs of a second. Light ones: every 5 s, announced every 25 epochs. One of 60 MB that takes 3 s: every 30 s,
    announced every 300 s."""
    folder = JobFolder(tmp_path)
    keeps, epochs = CheckpointManager(folder, spool), 1000
    for epoch in range(1, epochs + 1):
        clock.now += 1.0
        keeps.after_epoch(epoch, state)
    assert (len(clock.written) - 1) * clock.cost <= 0.1 * clock.now  # the first one tells what they cost
    announced = len(list(folder.checkpoints.glob("epoch-*.ckpt")))
    if clock.cost < 1:
        assert epochs / 6 < len(clock.written) < epochs / 4
        assert announced == epochs // 25
    else:
        assert len(clock.written) > 0.08 * clock.now / clock.cost
        assert announced == 3


def test_jobs_in_one_process_share_the_tenth(tmp_path: Path, clock: Clock, spool: SpoolWriter) -> None:
    keeps = CheckpointManager(JobFolder(tmp_path), spool)
    keeps.jobs = 50
    for epoch in range(1, 5001):
        clock.now += 1.0
        keeps.after_epoch(epoch, state)
    spacing = np.diff(clock.written)
    assert len(spacing) > 2
    assert spacing.min() >= 9 * 50 * clock.cost


def test_what_others_read_has_no_experience(tmp_path: Path, spool: SpoolWriter) -> None:
    folder = JobFolder(tmp_path)
    keeps = CheckpointManager(folder, spool)
    keeps.write(1, state())
    assert checkpoint.load(folder.resume)["learner"].keys() == {"network", "experience"}
    keeps.best(1, state())
    keeps.candidate(1, state(), window=4)
    keeps.last(1, state())
    written = [*folder.checkpoints.iterdir(), folder.resume]
    assert len(written) == 4
    assert all(checkpoint.load(path)["learner"].keys() == {"network"} for path in written)
