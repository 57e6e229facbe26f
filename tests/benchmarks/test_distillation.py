"""The check of distillation: what is learnt from, what is tested, what is kept, and said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import distillation
from benchmarks.distillation import PAGE, PRESET, SEEDS, SYSTEMS, Outcome, holds, middling, read, run_all, table
from gsl.backend.domain.configs import merge
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.worker.rollout.demonstration_file import Episode


def small() -> RunConfig:
    """The preset with four goals and next to no training."""
    changes: dict[str, Any] = {
        "suite": {"size": 3, "held_out_goals": 4, "time_limit": 6}, "trial": {"episodes": 2},
        "learner": {"context": 12, "width": 8, "layers": 1, "num_envs": 4},
        "specialists": {"count": 4, "steps": 1200}, "guide": {"updates": 2, "batch_size": 2},
    }  # fmt: skip
    return RunConfig.model_validate(merge(PRESETS[PRESET].config.model_dump(), changes))


def made_up(system: str, seed: int, gain: float) -> Outcome:
    returns = [1.0 + seed / 10, 1.0 + seed / 10 + gain + seed / 100]
    return Outcome(system, seed, returns, returns, None, [])


def test_every_system_is_learnt_once_and_tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arms = {
        name: {part: of for part, of in arm.items() if part == "trial"} for name, arm in PRESETS[PRESET].arms.items()
    }
    arms["policy distillation"] |= {"demonstrations": {"record": "episodes", "max_tries": 30}}
    preset = PRESETS[PRESET].model_copy(update={"config": small(), "arms": arms})
    monkeypatch.setattr(distillation, "PRESETS", {PRESET: preset})
    file, page = tmp_path / "results.json", tmp_path / "page.md"
    page.write_text("<!-- results:distillation -->\n<!-- /results -->\n")
    known = run_all([1], list(SYSTEMS), file, page)
    assert [each.system for each in known] == sorted(SYSTEMS)
    assert all(len(each.training) == len(each.held_out) == (1 if each.system == "pd" else 2) for each in known)
    assert [len(each.prompted) for each in known] == [2, 2, 2, 0]
    monkeypatch.setattr(distillation, "learn_sources", None)
    assert run_all([1], list(SYSTEMS), file, page) == known == read(file)
    assert page.read_text().count("| Expert Distillation") == 3


def test_a_middling_prompt_is_where_a_history_is_half_as_good() -> None:
    def episode(number: int, total: float) -> Episode:
        column = np.zeros(1)
        return Episode(0, column, column, total, None, column.astype(np.float32), history=number)

    history = [episode(0, total) for total in (0, 0, 1, 3, 6, 8, 9, 9, 9)] + [episode(1, 9.0)] * 9
    assert [each.total for each in middling(history)] == [3, 6, 8]


def test_it_holds_where_one_rises_and_the_other_does_not() -> None:
    rises = [made_up("ad", seed, 5.0) for seed in SEEDS]
    assert holds(rises + [made_up("ed", seed, 0.5) for seed in SEEDS])
    assert not holds(rises + [made_up("ed", seed, 4.0) for seed in SEEDS])
    assert not holds([made_up("ad", seed, -0.1) for seed in SEEDS] + [made_up("ed", seed, 0.0) for seed in SEEDS])
    assert "| Algorithm Distillation, held out | 5 | 1.3±0.2 | 6.3±0.2 | +5.0 [" in table(rises)


def test_the_page_has_a_place_for_the_table() -> None:
    assert f"<!-- results:{distillation.NAME} -->" in PAGE.read_text()
