"""The benchmark of criterion H: real curves, verdicts, and what must hold of the presets' settings."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.plateau import __main__ as command
from benchmarks.plateau.__main__ import shapes
from benchmarks.plateau.criteria import CHUNK, Firing, first_firing, now, sliding
from benchmarks.plateau.curves import Array, as_success, procgen, shortened, synthetic
from benchmarks.plateau.verdicts import score, stalled_at, verdict
from gsl.config.presets import PRESETS
from gsl.method.curves import smooth

RISING = np.linspace(0, 1, 100)
STALLED = np.minimum(RISING, 0.3)


@pytest.mark.parametrize(
    ("true", "firing", "expected"),
    [
        (RISING, None, "silent"),
        (RISING, Firing(20, 50), "false"),
        (RISING, Firing(60, 90), "right"),
        (STALLED, None, "missed"),
        (STALLED, Firing(35, 60), "right"),
        (STALLED, Firing(60, 85), "late"),
        (np.zeros(100), Firing(10, 40), "right"),
    ],
)
def test_verdicts(true: Array, firing: Firing | None, expected: str) -> None:
    assert verdict(true, firing) == expected


def test_a_curve_stalls_where_almost_nothing_comes_any_more() -> None:
    assert stalled_at(STALLED) == pytest.approx(0.95 * 0.3 * 99, abs=1)
    assert stalled_at(np.ones(10)) == 0


@pytest.mark.parametrize("whole_history", [False, True])
def test_the_former_criteria_are_what_they_say(whole_history: bool) -> None:
    """Against H epoch by epoch, on a curve longer than what is worked on at once."""
    curve = np.random.default_rng(2).normal(0, 0.05, CHUNK + 300) + np.sqrt(np.arange(CHUNK + 300))
    window, low, high, expected = 56, np.inf, -np.inf, None
    for last in range(window, len(curve)):
        seen = curve[: last + 1] if whole_history else curve[last - window : last + 1]
        smoothed = smooth(seen, 0.02 * len(curve))[-window - 1 :]
        low, high = min(low, smoothed.min()), max(high, smoothed.max())
        if last - window + 1 >= 56 and smoothed[0] + 0.07 * (high - low) >= smoothed.max():
            expected = Firing(last - window, last)
            break
    assert expected is not None
    found = sliding(0.02, window / len(curve), 0.07, 56 / len(curve), whole_history)(curve)
    assert found == expected


@pytest.mark.slow
def test_the_papers_preset_on_the_real_curves() -> None:
    """Its settings literally: false in at most 5 % of firings, firing on at least 80 %, median before 70 %."""
    found = score(partial(first_firing, PRESETS["procgen-paper"].config.plateau), procgen())
    assert found.curves == 96
    assert found.false_share <= 0.05
    assert found.fired_share >= 0.8
    assert found.median is not None
    assert found.median < 0.7


@pytest.mark.parametrize("epochs", [75, 120])
def test_real_shapes_at_the_length_of_small_presets(epochs: int) -> None:
    long = procgen()
    plain, noisy = score(now, shortened(long, epochs)), score(now, as_success(long, epochs, 20, 1))
    assert plain.false_share <= 0.05
    assert plain.fired_share >= 0.8
    assert noisy.false_share <= 0.05
    assert noisy.fired_share >= 0.6


def test_synthetic_shapes_stay_what_they_are() -> None:
    found = {name: score(now, curves).verdicts for name, curves in synthetic(120, 4).items()}
    assert found["slow noisy rise"]["false"] == 0
    assert found["late breakthrough"]["false"] == 0
    assert found["collapse and recovery"]["false"] == 0
    for name in ("stalls early", "all zero", "large negative returns", "heavy tails, stalls"):
        assert found[name]["right"] + found[name]["late"] == 4, name


def test_tables_are_written_between_their_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = {"plateau_preset": lambda: "| one |", "plateau_shapes": partial(shapes, 40)}
    monkeypatch.setattr(command, "BLOCKS", blocks)
    page = tmp_path / "page.md"
    page.write_text("".join(f"<!-- results:{name} -->\n<!-- /results -->\n" for name in blocks))
    monkeypatch.setattr("sys.argv", ["plateau", "--page", str(page)])
    command.main()
    assert "| one |" in page.read_text()
    assert "| collapse and recovery |" in page.read_text()


def test_the_page_has_marks_for_every_table() -> None:
    assert all(f"<!-- results:{name} -->" in command.PAGE.read_text() for name in command.BLOCKS)
