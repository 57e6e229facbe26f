"""The check of task embeddings: what is learned, tested, kept and said."""

from pathlib import Path

import pytest

from benchmarks import te_ppo
from benchmarks.te_ppo import PAGE, Outcome, learn, read, run_all, table
from gsl.config.presets import PRESETS
from tests.worker.local_run.tiny_presets import tiny


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(te_ppo, "CONFIG", tiny(PRESETS["circle-te-ppo"].config))
    monkeypatch.setattr(te_ppo, "EPISODES", 1)


def page(folder: Path) -> Path:
    file = folder / "page.md"
    file.write_text("<!-- results:te_ppo -->\n<!-- /results -->\n")
    return file


def outcome(seed: int, success: list[float], separation: float) -> Outcome:
    return Outcome(seed, 1000, success, [-30.0] * len(success), separation, 0.1, -1.0)


def test_a_seed_is_trained_and_every_goal_tried() -> None:
    found = learn(1, steps=128)
    assert len(found.success) == len(found.returns) == 3
    assert found.separation > 0
    assert not found.holds


def test_what_the_file_holds_is_not_repeated_and_the_page_has_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "results.json"
    first = run_all([1], 128, file, page(tmp_path))
    monkeypatch.setattr(te_ppo, "learn", None)
    assert run_all([1], 128, file, page(tmp_path)) == first == read(file)
    assert table(first) in (tmp_path / "page.md").read_text()


def test_it_holds_where_every_goal_is_reached_and_embeddings_are_apart() -> None:
    assert outcome(1, [1.0, 0.9, 0.8, 0.5], 5.0).holds
    assert not outcome(1, [1.0, 0.9, 0.8, 0.4], 5.0).holds
    assert not outcome(1, [1.0, 0.9, 0.8, 0.5], 3.0).holds
    said = table([outcome(1, [1.0] * 4, 5.0), outcome(2, [0.5, 0.5, 0.5, 0.0], 9.0), outcome(3, [1.0] * 4, 7.0)])
    assert "| 3 | 1,000 | 3.7 [" in said
    assert "| -30.0 |" in said
    assert "<!-- results:te_ppo -->" in PAGE.read_text()
