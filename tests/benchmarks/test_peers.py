"""The comparison with peers: pairs, ratios, what is kept and drawn, and how a side is told to compute."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.peers.alternation import Alternation
from benchmarks.peers.cases import CASES
from benchmarks.peers.figure import draw
from benchmarks.peers.limit import Limit
from benchmarks.peers.parts import Part, parts_of
from benchmarks.peers.parts import table as table_of_parts
from benchmarks.peers.results import result_of, store, stored, table
from benchmarks.peers.windows import Ready, Window

READY = Ready({"torch": "2"}, threads=2, seconds=1.0, notes={"parameters": "9155"})
LIMIT = Limit(
    env_speed=20_000, forward_mflop=60, training_mflop=180, matrix_gflops=100, best_gflops=160, by_best_rate=260,
    by_layers=150,
)  # fmt: skip


def windows(speeds: list[float], cpu_share: float) -> tuple[Window, ...]:
    return tuple(Window(1000, 1000 / speed, cpu_share * 1000 / speed, 100 + speed) for speed in speeds)


def alternation() -> Alternation:
    return Alternation(windows([100, 120, 80], 2.0), windows([50, 40, 40], 1.0), READY, READY)


def test_each_pair_has_its_own_ratio() -> None:
    assert alternation().ratios == pytest.approx((2.0, 3.0, 2.0))
    assert alternation().cpu_ratios == pytest.approx((1.0, 1.5, 1.0))


def test_a_result_is_kept_shown_and_drawn(tmp_path: Path) -> None:
    results = {name: result_of(CASES[name], alternation(), LIMIT) for name in ("mt10", "procgen-impala")}
    file = tmp_path / "results" / "peers.json"
    store(file, results)
    assert list(stored(file)) == ["procgen-impala", "mt10"]
    assert stored(file) == results
    impala = results["procgen-impala"]
    assert (impala.ours, impala.theirs, impala.ratio) == pytest.approx((100, 40, 2.0))
    assert impala.holds
    assert "| 100 | 40 | 2.00 (2 promised) | 1.00 | 260 / 150 | 38% / 67% | 220, theirs 150 |" in table(results)
    draw(list(results.values()), tmp_path / "peers.svg")
    drawn = "".join(ElementTree.parse(tmp_path / "peers.svg").getroot().itertext())
    assert "Meta-World MT10" in drawn
    assert "median 2.00, promised 2" in drawn


PROGRAM = """
from benchmarks.peers.windows import Side, serve

def make():
    print("a library's greeting")
    return Side(lambda: 10, {}, 1, {})

serve(make, epochs_a_window=3)
"""


def test_a_side_answers_each_window_and_ends_with_its_input() -> None:
    answered = subprocess.run(
        [sys.executable, "-c", PROGRAM], input="window\nwindow\n", capture_output=True, text=True, check=True
    )
    ready, *answers = [json.loads(line) for line in answered.stdout.splitlines()]
    assert Ready(**ready).threads == 1
    assert [Window(**answer).steps for answer in answers] == [30, 30]
    assert all(Window(**answer).peak_mib > 1 for answer in answers)
    assert "greeting" in answered.stderr


def test_the_parts_of_an_epoch_make_up_the_whole() -> None:
    case = replace(CASES["cartpole-8"], num_steps=16, minibatch=64, update_epochs=2)
    seconds = {part.what: part.seconds for part in parts_of(case, epochs=1)}
    assert all(value > 0 for what, value in seconds.items() if what != "operations between them")
    of_learning = ("Adam", "gathering minibatches", "layers", "operations between them")
    assert sum(seconds[what] for what in of_learning) >= seconds["learning"]
    shown = table_of_parts(
        case, [Part("learning", 0.75), Part("environments", 0.25), Part("Adam", 0.5, of_learning=True)]
    )
    assert "| of learning: Adam | 500 | 50% |" in shown
