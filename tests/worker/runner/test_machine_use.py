"""What a slot says of its machine: real processor and memory, a container's limit, GPUs where there are some."""

from pathlib import Path

import psutil
import pytest

from gsl.worker.runner import machine_use
from gsl.worker.runner.machine_use import MachineUse, memory
from gsl.worker.runner.slot import Slot


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_looks_at_the_machine_but_not_twice_within_a_second() -> None:
    clock = Clock()
    machine = MachineUse("cpu", clock)
    assert machine.look(None) is None
    sum(range(10**6))
    clock.now += 10
    use = machine.look(1234.5)
    assert use is not None
    assert 0 <= use.processor <= use.cores == psutil.cpu_count()
    assert 0 < use.memory_used < use.memory_total <= psutil.virtual_memory().total
    assert (use.gpus, use.steps_per_second) == ((), 1234.5)
    assert machine.look(None) is None


def test_memory_is_that_of_the_container_if_it_has_less(tmp_path: Path) -> None:
    machine = memory(tmp_path)
    assert machine[1] == psutil.virtual_memory().total
    (tmp_path / "memory.current").write_text(f"{3 << 20}\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert memory(tmp_path)[1] == machine[1]
    (tmp_path / "memory.max").write_text(f"{8 << 20}\n")
    assert memory(tmp_path) == (3 << 20, 8 << 20)
    (tmp_path / "memory.stat").write_text(f"anon {1 << 20}\ninactive_file {1 << 20}\n")
    assert memory(tmp_path) == (2 << 20, 8 << 20)


def test_a_driver_that_is_not_there_leaves_out_gpus_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-00000000-0000-0000-0000-000000000000")
    machine_use._handles.cache_clear()
    clock = Clock()
    machine = MachineUse("NVIDIA H100", clock)
    for _ in range(2):
        clock.now += 10
        use = machine.look(None)
        assert use is not None
        assert use.gpus == ()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    machine_use._handles.cache_clear()


@pytest.mark.gpu
def test_memory_and_use_of_each_gpu() -> None:
    machine_use._handles.cache_clear()
    clock = Clock()
    machine = MachineUse("a GPU", clock)
    clock.now += 10
    use = machine.look(None)
    assert use is not None
    assert use.gpus
    for gpu in use.gpus:
        assert gpu.name
        assert 0 < gpu.memory_used <= gpu.memory_total


def test_the_speed_of_a_slot_is_that_of_the_jobs_that_it_holds(tmp_path: Path) -> None:
    slot = Slot(tmp_path, "w1")
    speeds = [slot.steps_per_second]
    for job in (1, 2):
        slot.hold(job)
        slot.record_speed(job, "forkmaze", 200.0 * job)
        speeds.append(slot.steps_per_second)
    slot.release(2)
    slot.record_speed(2, "forkmaze", 900.0)  # a late word of a job that it no longer holds
    speeds.append(slot.steps_per_second)
    slot.release(1)
    assert [*speeds, slot.steps_per_second] == [None, 200.0, 300.0, 200.0, None]
    assert slot.speeds == {"forkmaze": 900.0}
