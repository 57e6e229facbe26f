"""Distillation: what does not fit is refused at launch, at the field to change."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.backend.domain.configs import merge
from gsl.config.learners import SequenceModel
from gsl.config.networks import SmallCNN
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.config.step_budget import demonstration_floor

BASE = PRESETS["darkroom-ad"].config.model_dump()
EXPERTS = {"record": "episodes", "per_variation": 30, "max_tries": 60}


def made(**changes: Any) -> RunConfig:
    return RunConfig.model_validate(merge(BASE, changes))


def refused(**changes: Any) -> dict[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as error:
        made(**changes)
    return {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}


def test_a_context_holds_two_episodes_of_a_trial() -> None:
    found = refused(learner={"context": 29})
    assert "at least 30" in found["learner", "context"]
    assert made(learner={"context": 30}).learner.name == "sequence"
    of_one = made(learner={"context": 15}, trial={"episodes": 1}, demonstrations=EXPERTS)
    assert of_one.episodes_in_a_row == 1


def test_a_history_needs_a_guide_that_learns_from_it() -> None:
    ppo = PRESETS["forkmaze-quick"].config.model_dump()
    for name in ("dapg", "bc"):
        with pytest.raises(ValidationError, match="must be episodes") as error:
            RunConfig.model_validate(merge(ppo, {"guide": {"name": name}, "demonstrations": {"record": "history"}}))
        assert ("demonstrations", "record") in [problem["loc"] for problem in error.value.errors()]


def test_a_history_is_of_specialists_and_of_several_episodes() -> None:
    found = refused(demonstrations={"generalist_per_variation": 5, "per_variation": 1}, trial={"episodes": 1})
    assert set(found) == {
        ("demonstrations", "generalist_per_variation"), ("demonstrations", "per_variation"), ("trial", "episodes"),
    }  # fmt: skip


def test_one_variation_teaches_nothing_about_others() -> None:
    assert list(refused(specialists={"count": 1})) == [("specialists", "count")]
    one = refused(suite={"size": 3, "held_out_goals": 7}, specialists={"count": 1})
    assert "at least two training variations" in one["guide", "name"]


def test_a_distilled_policy_is_not_trained_further() -> None:
    assert list(refused(cycles={"count": 2}, budget={"total_steps": 3_000_000})) == [("cycles", "count")]


def test_only_a_sequence_model_can_be_distilled_into() -> None:
    learner = PRESETS["gridnavi-rl2"].config.learner.model_dump() | {"num_steps": 300}
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(BASE | {"learner": learner})
    found = {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}
    assert "does not support the sequences hook, which Distillation needs" in found["guide", "name"]
    assert ("guide", "name") in refused(guide={"name": "bc"})


def test_actions_are_choices_and_observations_vectors() -> None:
    pendulum = PRESETS["gymnasium-pendulum"].config.suite.model_dump()
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(BASE | {"suite": pendulum})
    assert ("learner", "name") in [problem["loc"] for problem in error.value.errors()]
    with pytest.raises(ValidationError, match="mlp"):
        SequenceModel(network=SmallCNN())
    with pytest.raises(ValidationError, match="heads"):
        SequenceModel(width=10, heads=4)
    with pytest.raises(ValidationError, match="num_minibatches"):
        SequenceModel(num_minibatches=5)


def test_histories_cost_no_steps() -> None:
    assert demonstration_floor(made()) == 0
    assert demonstration_floor(made(demonstrations=EXPERTS)) == 40 * 15
    assert ("learner", "overlap") in refused(learner={"overlap": True})
