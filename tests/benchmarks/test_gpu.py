"""The GPU's command on the CPU: it measures, keeps what it found after each section, and survives a side that dies."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gpu import __main__ as command
from benchmarks.gpu.contenders import Contender, in_turn
from benchmarks.gpu.results import Results, speed_row
from benchmarks.gpu.sections import SMALL
from benchmarks.peers.windows import Window


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Results]:
    """What the command finds and keeps of a section."""

    def measure(section: str) -> Results:
        file = tmp_path / "gpu.json"
        given = ["--device", "cpu", "--small", "--seconds", "150", "--only", section, "--results", str(file)]
        monkeypatch.setattr("sys.argv", ["benchmarks.gpu", *given])
        assert command.main() == 0
        return Results.model_validate_json(file.read_bytes())

    return measure


def test_without_a_gpu_it_says_what_needs_one(measured: Callable[[str], Results]) -> None:
    assert measured("tests").sections["tests"].rows[0].note == "need a GPU"


@pytest.mark.slow
def test_measures_a_peer_and_us(measured: Callable[[str], Results]) -> None:
    theirs, ours, *_ = measured("peers").sections["peers"].rows
    assert theirs.speed is not None
    assert theirs.ratio == 1.0
    assert ours.ratio is not None
    assert ours.speed == pytest.approx(ours.ratio * theirs.speed)


def test_names_a_side_that_fails() -> None:
    (found,) = in_turn([Contender("ours", "peers.ours", replace(SMALL, minibatch=7))], 1, 100)
    assert found.failure == "failed: peers.ours ended with code 1"
    assert found.windows == []


def test_a_row_compares_round_by_round() -> None:
    def windows(*speeds: float) -> list[Window]:
        return [Window(100, 100 / speed, 1.0, 1.0) for speed in speeds]

    row = speed_row("ours", windows(300, 400, 500), windows(100, 200, 100))
    assert row.speed == pytest.approx(400)
    assert row.ratios == pytest.approx((3, 2, 5))
    assert row.ratio == pytest.approx(3)
