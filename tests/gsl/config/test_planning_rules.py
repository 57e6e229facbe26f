"""Learners that plan: what does not fit is refused at launch, at the field to change."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.guides import BUILTIN_GUIDES
from gsl.config.learners import CaDM, PPOCaDM
from gsl.config.learners.base import incompatibility
from gsl.config.networks import SmallCNN
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig

BASE = PRESETS["pendulum-cadm"].config.model_dump()


def refused(**changes: Any) -> dict[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(BASE | changes)
    return {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}


def test_a_suite_without_a_reward_function_is_named_with_those_that_have_one() -> None:
    reason = refused(suite={"name": "gridnavi"})["learner", "name"]
    assert "gridnavi has none" in reason
    assert "pendulum or cartpole" in reason


def test_a_history_longer_than_an_episode_and_a_future_too() -> None:
    found = refused(suite=BASE["suite"] | {"time_limit": 8})
    assert set(found) == {("learner", "history"), ("learner", "future")}
    assert "at most 8" in found["learner", "history"]


def test_its_memory_lasts_for_an_episode() -> None:
    found = refused(trial={"episodes": 2, "scored": 1})
    assert set(found) == {("trial", "episodes"), ("trial", "scored")}
    assert "lasts for an episode" in found["trial", "episodes"]
    assert list(refused(learner=BASE["learner"] | {"overlap": True})) == [("learner", "overlap")]


def test_ppo_with_a_context_needs_no_reward_function_but_whole_histories() -> None:
    informed = PRESETS["pendulum-ppo-cadm"].config.model_dump()
    config = RunConfig.model_validate(informed | {"suite": {"name": "gridnavi"}})
    assert config.suite.reward_function is None
    with pytest.raises(ValidationError, match="history") as error:
        RunConfig.model_validate(informed | {"suite": {"name": "gridnavi", "time_limit": 9}})
    assert {problem["loc"] for problem in error.value.errors()} == {("learner", "history"), ("learner", "future")}
    fitting = [guide.title for guide in BUILTIN_GUIDES if incompatibility(PPOCaDM, guide) is None]
    assert fitting == ["GAIL", "No guide"]


def test_there_is_no_policy_head_to_reset() -> None:
    found = refused(arm="gsl", specialists=BASE["specialists"] | {"start": "clone_fresh_head"})
    assert list(found) == [("specialists", "start")]


def test_guides_act_on_it_through_its_steps_alone() -> None:
    fitting = [guide.title for guide in BUILTIN_GUIDES if incompatibility(CaDM, guide) is None]
    assert fitting == ["Replay", "No guide"]
    found = refused(arm="gsl", guide={"name": "gail"})
    assert "does not support the reward hook" in found["guide", "name"]
    assert RunConfig.model_validate(BASE | {"arm": "gsl"}).guide.name == "replay"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"elites": 300}, "elites"),
        ({"particles": 7}, "particles"),
        ({"probabilistic": False}, "particles"),
        ({"encoder": (8, 0)}, "encoder"),
        ({"network": SmallCNN()}, "network"),
    ],
)
def test_numbers_that_do_not_fit_each_other_are_located(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        CaDM(**changes)
    assert error.value.errors()[0]["loc"][0] == field
