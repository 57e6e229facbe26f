"""Presets as data: named, grouped, every setting marked, and what must be there is there."""

import json
import re
from typing import get_args

import pytest
from pydantic import BaseModel

from gsl.config.presets import PRESETS, Origin
from gsl.config.run import RunConfig
from gsl.config.suites.procgen import Game


def settings_of(config: BaseModel, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Paths of all settings that are no part of others."""
    found: list[tuple[str, ...]] = []
    for name in type(config).model_fields:
        value = getattr(config, name)
        found += settings_of(value, (*path, name)) if isinstance(value, BaseModel) else [(*path, name)]
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_where_each_setting_comes_from(name: str) -> None:
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.group
    assert preset.description
    paths = settings_of(preset.config)
    for path in paths:
        if path[0] not in ("arm", "seed"):  # which arm and which repetition is the launcher's choice
            assert any(".".join(path[:length]) in preset.origins for length in range(1, len(path) + 1)), path
    known = {".".join(path[:length]) for path in paths for length in range(1, len(path) + 1)}
    assert preset.origins.keys() <= known
    assert set(preset.origins.values()) <= set(get_args(Origin))


def test_titles_tell_presets_apart() -> None:
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)


def test_the_old_names_stay() -> None:
    assert {"forkmaze", "forkmaze-quick", "procgen-small", "procgen-paper"} <= PRESETS.keys()


def test_every_game_has_a_preset_for_two_cores() -> None:
    small = [preset.config.suite for preset in PRESETS.values() if preset.group == "Procgen on two cores"]
    assert {suite.model_dump()["game"] for suite in small} == set(get_args(Game))


@pytest.mark.parametrize(
    ("group", "rows"),
    [
        ("Procgen: the paper's table, PPO", 7),
        ("Procgen: the paper's table, PPG", 2),
        ("Procgen: the paper's ablation, levels per specialist", 4),
        ("Meta-World: the paper's table", 2),
    ],
)
def test_every_row_of_the_papers_tables_has_a_preset(group: str, rows: int) -> None:
    found = [preset for preset in PRESETS.values() if preset.group == group]
    assert len(found) == rows
    assert all("paper" in preset.origins.values() for preset in found)


def test_the_ablation_fixes_the_budget_of_all_specialists_together() -> None:
    specialists = [preset.config.specialists for name, preset in PRESETS.items() if "ablation-paper" in name]
    assert [s.count * s.variations_each for s in specialists] == [256] * 4
    assert len({s.count * s.steps // 1000 for s in specialists}) == 1


def test_marks_of_settings_that_are_not_the_source_s_own() -> None:
    """The authors' entropy is in the reward, ours in the loss; PPG's Adam has torch's epsilon, ours has not."""
    mt10, ppg = PRESETS["metaworld-mt10-paper"], PRESETS["procgen-ppg-paper-bigfish"]
    assert "learner.ent_coef" not in mt10.origins
    assert mt10.origins["learner.norm_adv"] == mt10.origins["sampling"] == "paper"
    assert not {"learner.adam_eps", "learner.max_grad_norm", "learner.clip_vloss"} & ppg.origins.keys()
    assert PRESETS["procgen-paper"].origins["learner.adam_eps"] == "library"


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("metaworld")])
def test_meta_worlds_tasks_come_in_turn_unless_a_rollout_is_one_trial_of_each_slot(name: str) -> None:
    """Goals of one task have successive ids: in turn, ten slots would play one task for a whole rollout."""
    config = PRESETS[name].config
    assert config.sampling.name == ("uniform" if config.trial.scored else "round_robin")


def test_what_people_read_of_settings_is_plain_text() -> None:
    """Page, command and API show descriptions as they are."""
    text = json.dumps(RunConfig.model_json_schema())
    assert [found for found in re.findall(r'"description": "((?:[^"\\]|\\.)*)"', text) if "`" in found] == []
