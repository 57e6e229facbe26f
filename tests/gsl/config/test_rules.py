"""Rules between the parts of a configuration: every broken one is named at its field, with what would be right."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.phases import RunState, plan
from gsl.seeds import derive
from tests.gsl.phases.runs import config_of


@pytest.mark.parametrize(
    ("parts", "field", "named"),
    [
        ({"specialists": {"count": 3, "variations_each": 2}}, "specialists.count", "4"),
        ({"budget": {"total_steps": 80_000}}, "budget.total_steps", "49152"),
        ({"budget": {"generalist_steps": 100}}, "budget.generalist_steps", "4096"),
        ({"specialists": {"steps": 100}}, "specialists.steps", "4246"),
        ({"plateau": {"window": 12}}, "plateau.window", "12"),
        ({"plateau": {"min_epochs": 9}}, "plateau.min_epochs", "8"),
        ({"plateau": {"margin": 1.0}}, "plateau.margin", "1"),
        ({"specialists": {"stop_at_plateau": True}}, "specialists.stop_at_plateau", "4"),
        ({"demonstrations": {"max_tries": 2}}, "demonstrations.max_tries", "5"),
        ({"learner": {"network": {"name": "small_cnn"}}}, "learner.network", "mlp"),
        ({"arm": "generalist", "budget": {"total_steps": 4000}}, "budget.total_steps", "4096"),
        ({"suite": {"time_limit": 10_000}}, "budget.total_steps", "40000"),
        (
            {"suite": {"time_limit": 10_000}, "specialists": {"steps": 9999}},
            "specialists.steps",
            "14096",
        ),
    ],
)
def test_a_broken_rule_names_its_field(parts: dict[str, Any], field: str, named: str) -> None:
    """With the value that would be valid, or the limit that is missed."""
    with pytest.raises(ValidationError) as caught:
        config_of(**parts)
    found = {".".join(str(part) for part in error["loc"]): error["msg"] for error in caught.value.errors()}
    assert named in re.findall(r"\w+", found[field])


@pytest.mark.parametrize(("part", "field"), [("plateau", "metric"), ("demonstrations", "filter")])
def test_success_needs_a_suite_that_signals_it(part: str, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        config_of("procgen-small", **{part: {field: "success"}})
    assert [error["loc"] for error in caught.value.errors()] == [(part, field)]


def test_all_broken_rules_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        config_of(specialists={"count": 9, "steps": 5}, plateau={"margin": 2.0})
    assert caught.value.error_count() == 3


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_json_and_can_be_launched(name: str) -> None:
    config = PRESETS[name].config
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    [job] = plan(config, RunState()).jobs
    budget = config.budget
    assert job.budget_steps == (budget.generalist_steps if config.arm == "gsl" else budget.total_steps)


def test_seeds_differ_by_name_and_never_by_process() -> None:
    assert derive(7, "generalist-1") == derive(7, "generalist-1")
    assert len({derive(7, "a"), derive(7, "b"), derive(8, "a"), derive(7, "a", 1)}) == 4
