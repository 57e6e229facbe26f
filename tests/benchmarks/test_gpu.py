"""The GPU's command on the CPU: it measures, keeps what it found after each section, and survives a side that dies."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gpu import __main__ as command
from benchmarks.gpu.contenders import Contender, in_turn
from benchmarks.gpu.results import Results, speed_row
from benchmarks.gpu.sections import SMALL
from benchmarks.peers.windows import Window


def test_measures_and_keeps_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "gpu.json"
    given = ["--device", "cpu", "--small", "--seconds", "150", "--only", "peers", "tests", "--results", str(file)]
    monkeypatch.setattr("sys.argv", ["benchmarks.gpu", *given])
    assert command.main() == 0
    found = Results.model_validate_json(file.read_bytes())
    theirs, ours, *_ = found.sections["peers"].rows
    assert theirs.speed is not None
    assert theirs.ratio == 1.0
    assert ours.ratio is not None
    assert ours.speed == pytest.approx(ours.ratio * theirs.speed)
    assert found.sections["tests"].rows[0].note == "need a GPU"


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
