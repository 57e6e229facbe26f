"""Outcomes of whole runs: the file, the tables, a figure that is well formed, the blocks in pages."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.method.current import EARLIER
from benchmarks.method.figure import draw
from benchmarks.method.outcomes import add, read, write
from benchmarks.method.pages import put
from benchmarks.method.study import Metric
from benchmarks.method.table import table
from gsl.config.method import BudgetSettings
from tests.benchmarks.method_cases import TINY, outcome, outcomes


def test_an_outcome_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write(file, outcomes())
    assert sorted(read(file), key=lambda o: o.key) == sorted(outcomes(), key=lambda o: o.key)
    add(file, outcome("dapg", 2, 0.1))
    assert [o.figure for o in read(file) if o.arm == "dapg"] == [1.0, 0.1]
    assert len(read(file)) == len(outcomes())


def test_the_tables_show_every_arm_and_every_seed() -> None:
    said = table(TINY, outcomes())
    assert "| DAPG | 2 | 0.950±0.071 |" in said
    assert "+0.350 (2 seeds, no interval)" in said
    assert "final success, held out" in said
    assert "| 2 | 1,024 (plateau) | 0.400 | 0.900 / 0.450 | 0.700 / 0.350 | 0.700 / 0.350 |" in said
    assert "GAIL" not in said
    assert table(TINY, []) == "No run has ended yet."


def test_settings_of_now_and_of_before_are_not_mixed() -> None:
    now = [outcome for outcome in outcomes() if outcome.seed == 1]
    longer = TINY.base.model_copy(update={"budget": BudgetSettings(total_steps=9000, generalist_steps=1024)})
    earlier = [o for o in outcomes(replace(TINY, base=longer)) if o.seed == 2]
    assert "| 2 |" not in table(TINY, [*now, *earlier]).split("| seed |")[1]
    alone = table(TINY, earlier)
    assert alone.startswith(EARLIER)
    assert "| 2 |" in alone.split("| seed |")[1]


def test_a_failed_run_counts_as_nothing_and_is_named() -> None:
    failed = outcome("dapg", 2, 0.0, status="failed").model_copy(update={"message": "ValueError: broken"})
    said = table(TINY, [*(o for o in outcomes() if o.key != failed.key), failed])
    assert "| DAPG | 2 | 0.500±0.707 |" in said
    assert "| failed |" in said
    assert "DAPG, seed 2, failed and counts as 0: ValueError: broken" in said


@pytest.mark.parametrize("metric", ["success", "return"])
def test_the_figure(metric: Metric, tmp_path: Path) -> None:
    case = replace(TINY, metric=metric)
    file = tmp_path / "figure.svg"
    draw([(case, [outcome.model_copy(update={"metric": metric}) for outcome in outcomes(case)])], file)
    said = "".join(ElementTree.parse(file).getroot().itertext())
    assert "DAPG, 0.01 M steps, 2 seeds" in said
    assert "Tiny maze" in said
    assert "nan" not in file.read_text()


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    draw([(TINY, [])], tmp_path / "figure.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_block_of_a_page_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- results:x -->\nold\n<!-- /results -->\nb\n<!-- results:y -->\n<!-- /results -->\n")
    put(page, "x", r"new \1")
    put(page, "y", "also")
    assert page.read_text() == (
        "a\n<!-- results:x -->\nnew \\1\n<!-- /results -->\nb\n<!-- results:y -->\nalso\n<!-- /results -->\n"
    )
    with pytest.raises(ValueError, match="no marks for z"):
        put(page, "z", "")
