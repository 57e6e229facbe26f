"""A slot for each core, but never more than the memory holds."""

import pytest

from gsl.backend.local import slots
from gsl.backend.local.slots import SLOT_BYTES, slots_to_start

GIB = 1 << 30


@pytest.mark.parametrize(
    ("wanted", "cores", "free", "gpus", "expected"),
    [
        (None, 8, 64 * GIB, 0, 8),
        (None, 8, 64 * GIB, 1, 1),
        (3, 8, 64 * GIB, 1, 3),
        (12, 8, 64 * GIB, 0, 12),
        (0, 8, 64 * GIB, 0, 0),
        (0, 8, 0, 0, 0),
        (1, 8, 0, 0, 1),
    ],
)
def test_the_setting_counts_and_otherwise_the_cores(
    wanted: int | None, cores: int, free: int, gpus: int, expected: int
) -> None:
    assert slots_to_start(wanted, cores, free, gpus) == (expected, "")


@pytest.mark.parametrize(("wanted", "named"), [(None, "8 cores"), (64, "GSL_WORKERS asks for 64")])
def test_more_slots_than_memory_are_not_started_and_it_is_said(wanted: int | None, named: str) -> None:
    number, said = slots_to_start(wanted, 8, 3 * SLOT_BYTES + 5, 0)
    assert number == 3
    assert named in said
    assert "3.0 GiB" in said


def test_a_containers_limit_counts(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"limit": 3 * GIB, "used": GIB}
    monkeypatch.setattr(slots, "_number_in", lambda path: numbers["limit" if path.endswith("max") else "used"])
    assert slots.free_bytes() <= 2 * GIB
    numbers["used"] = 4 * GIB
    assert slots.free_bytes() == 0


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_a_gpu_that_is_hidden_does_not_count(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_GPUS", "null")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert slots.visible_gpus() == 1
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert slots.visible_gpus() == 0
