"""The fork maze's arms: fair configurations, the table's numbers, a figure that is well formed."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.forkmaze.arms import DEFAULT, TITLES, config_of
from benchmarks.forkmaze.figure import draw
from benchmarks.forkmaze.outcomes import Outcome, read, write
from benchmarks.forkmaze.table import table

FINAL = {"dapg": (1.0, 0.9), "bc": (0.6, 0.7), "generalist": (0.5, 0.7)}


@pytest.fixture
def outcomes() -> list[Outcome]:
    return [
        Outcome(
            arm=arm, seed=seed, status="succeeded", message="", final_success=final, gate_success=0.4, steps=1_900_000,
            curve=(0.1,) * 20 + (None,) * 30 + (final,) * 50, seconds=1.0, config=config_of(arm, seed),
        )
        for arm, finals in FINAL.items()
        for seed, final in enumerate(finals, start=1)
    ]  # fmt: skip


def test_all_arms_of_a_seed_spend_the_same_and_differ_in_nothing_but_the_guide() -> None:
    configs = [config_of(arm, 3) for arm in TITLES]
    assert {(config.seed, config.budget.total_steps) for config in configs} == {(3, 2_000_000)}
    same = [config.model_dump(exclude={"guide", "arm"}) for config in configs]
    assert all(config == same[0] for config in same)
    assert set(DEFAULT) <= set(TITLES)


def test_the_table(outcomes: list[Outcome]) -> None:
    said = table(outcomes, DEFAULT)
    assert "| DAPG | 0.950±0.071 |" in said
    assert "+0.350 [+0.200, +0.500]" in said
    assert "| 2 | 0.40 | 0.900 | 0.700 | 0.700 |" in said
    assert "GAIL" not in said


def test_the_file_and_the_figure(outcomes: list[Outcome], tmp_path: Path) -> None:
    write(tmp_path / "results.json", outcomes)
    assert sorted(read(tmp_path / "results.json"), key=lambda o: (o.arm, o.seed)) == sorted(
        outcomes, key=lambda o: (o.arm, o.seed)
    )
    draw(outcomes, DEFAULT, tmp_path / "results.svg")
    said = "".join(ElementTree.parse(tmp_path / "results.svg").getroot().itertext())
    assert "DAPG, 1.90 M steps" in said
    assert "nan" not in (tmp_path / "results.svg").read_text()
