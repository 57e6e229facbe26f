"""What a trainer takes of its machine: measured on real processes, and no part of what is learned."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gsl.protocol.metrics import METRICS, SYSTEM
from gsl.protocol.reports import EpochReport, SystemMetric
from gsl.worker.job.checkpoint import load
from gsl.worker.trainer import process_use
from gsl.worker.trainer.process_use import EVERY_S, ProcessUse
from tests.worker.jobs import done, epochs, numbers, spec

BUSY_CHILD = "import time; b = bytearray(200 << 20); print(flush=True)\nwhile True: pass"


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def work(seconds: float) -> None:
    """Keep one core busy for so many seconds of processor time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))


def test_memory_peak_and_cores_of_this_process() -> None:
    clock = Clock()
    use = ProcessUse(clock)
    assert use.sample() == {}
    work(0.3)
    clock.now += 2 * EVERY_S
    sample = use.sample()
    assert sample["system_processor"] == pytest.approx(0.15, abs=0.08)
    assert 0.01 < sample["system_memory"] <= sample["system_memory_peak"]
    clock.now += 0.5 * EVERY_S
    assert use.sample() is sample
    held = torch.ones(100 << 20, dtype=torch.uint8)
    clock.now += EVERY_S
    more = use.sample()
    assert more["system_memory"] - sample["system_memory"] == pytest.approx(0.1, abs=0.05)
    del held
    clock.now += EVERY_S
    assert use.sample()["system_memory_peak"] >= more["system_memory"]


def test_children_count_while_they_live_and_after() -> None:
    """The child's second of work is there when it has ended, too: the kernel adds it to its parent's."""
    clock = Clock()
    use = ProcessUse(clock)
    clock.now += EVERY_S
    alone = use.sample()
    with subprocess.Popen([sys.executable, "-c", BUSY_CHILD], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        work(0.3)
        clock.now += EVERY_S
        beside = use.sample()
        child.kill()
    assert beside["system_memory"] - alone["system_memory"] > 0.19
    assert beside["system_processor"] > 0.3
    clock.now += EVERY_S
    after = use.sample()
    assert after["system_memory"] < beside["system_memory"] - 0.15
    assert after["system_memory_peak"] >= beside["system_memory"]
    assert after["system_processor"] >= 0


def test_every_epoch_reports_it_and_nothing_else_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = done(tmp_path / "without", spec())
    monkeypatch.setattr(process_use, "EVERY_S", 0.0)
    process_use._of.cache_clear()
    observed = done(tmp_path / "with", spec())
    process_use._of.cache_clear()
    assert numbers(observed) == numbers(without)
    learned, alone = load(observed.resume)["learner"]["network"], load(without.resume)["learner"]["network"]
    assert all(torch.equal(torch.as_tensor(learned[name]), torch.as_tensor(alone[name])) for name in alone)
    for report in epochs(observed):
        assert {"system_memory", "system_memory_peak", "system_processor"} <= set(report.system)


def test_each_has_a_title_and_a_unit() -> None:
    assert set(SystemMetric.__args__) == SYSTEM  # type: ignore[attr-defined]  # a Literal's
    assert {METRICS[name].unit for name in SYSTEM} == {"GiB", "cores", "share"}
    assert "system" in EpochReport.model_fields


@pytest.mark.gpu
def test_memory_and_use_of_the_gpu() -> None:
    clock = Clock()
    use = ProcessUse(clock)
    held = torch.ones(256 << 20, dtype=torch.uint8, device="cuda")
    clock.now += EVERY_S
    sample = use.sample()
    assert 0.25 <= sample["system_gpu_memory"] <= sample["system_gpu_memory_peak"]
    assert 0 <= sample.get("system_gpu_use", 0.0) <= 1
    del held
