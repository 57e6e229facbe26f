"""Meta-World's settings: which variations each benchmark has, how they are called, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.suites import MetaWorldSuite
from gsl.config.suites.metaworld.tasks import TASK_NAMES


@pytest.mark.parametrize(
    ("benchmark", "trained", "held_out"),
    [("MT1", 1, 0), ("MT10", 10, 0), ("MT50", 50, 0), ("ML10", 10, 5), ("ML45", 45, 5)],
)
def test_tasks_as_variations(benchmark: Any, trained: int, held_out: int) -> None:
    suite = MetaWorldSuite(benchmark=benchmark)
    assert suite.training_variations() == tuple(range(trained))
    assert suite.held_out_variations() == tuple(range(trained, trained + held_out))
    assert len({suite.variation_name(variation) for variation in range(trained + held_out)}) == trained + held_out


@pytest.mark.parametrize(
    ("benchmark", "trained", "held_out"),
    [("MT1", 50, 10), ("MT10", 500, 100), ("MT50", 2500, 500), ("ML10", 500, 250), ("ML45", 2250, 250)],
)
def test_goals_as_variations(benchmark: Any, trained: int, held_out: int) -> None:
    suite = MetaWorldSuite(benchmark=benchmark, variations="goals")
    assert len(suite.training_variations()) == trained
    assert len(suite.held_out_variations()) == held_out
    assert not set(suite.training_variations()) & set(suite.held_out_variations())


def test_variations_have_readable_names() -> None:
    assert MetaWorldSuite(benchmark="MT1", task="hammer-v3").variation_name(0) == "hammer-v3"
    suite = MetaWorldSuite(variations="goals")
    assert suite.variation_name(suite.training_variations()[7]) == "reach-v3 goal 7"
    assert suite.variation_name(suite.held_out_variations()[0]) == "reach-v3 goal 50"
    assert suite.place(3004) == (3, 4)


def test_ids_stay_when_the_number_of_goals_changes() -> None:
    few, many = (MetaWorldSuite(variations="goals", goals=goals) for goals in (10, 200))
    assert set(few.training_variations()) < set(many.training_variations())
    assert few.variation_name(3004) == many.variation_name(3004)


@pytest.mark.parametrize(
    ("wrong", "near"), [("reech-v3", "reach-v3"), ("hammer", "hammer-v3"), ("pick-place-v2", "pick-place-v3")]
)
def test_an_unknown_task_is_refused_with_near_names(wrong: str, near: str) -> None:
    with pytest.raises(ValidationError, match=near) as refused:
        MetaWorldSuite(benchmark="MT1", task=wrong)
    assert refused.value.errors()[0]["loc"] == ("task",)


def test_a_task_that_is_near_to_nothing_is_told_all_names() -> None:
    with pytest.raises(ValidationError, match=TASK_NAMES[-1]):
        MetaWorldSuite(task="qqqq")


def test_goals_are_hidden_in_meta_learning_unless_asked_for() -> None:
    assert not MetaWorldSuite(benchmark="MT10").hides_goals
    assert MetaWorldSuite(benchmark="ML10").hides_goals
    assert not MetaWorldSuite(benchmark="ML10", goal_observed="always").hides_goals
    assert MetaWorldSuite(benchmark="MT1", goal_observed="never").hides_goals


@pytest.mark.parametrize(
    ("benchmark", "published", "always"),
    [("MT1", 0, 0), ("MT10", 10, 10), ("MT50", 50, 50), ("ML10", 0, 15), ("ML45", 0, 50)],
)
def test_observations_name_the_task_as_published_or_as_asked_for(benchmark: Any, published: int, always: int) -> None:
    assert MetaWorldSuite(benchmark=benchmark).one_hot_size == published
    assert MetaWorldSuite(benchmark=benchmark, one_hot="always").one_hot_size == always
    assert MetaWorldSuite(benchmark=benchmark, one_hot="never").one_hot_size == 0


def test_runs_that_said_yes_or_no_to_the_task_keep_their_observations() -> None:
    assert MetaWorldSuite.model_validate({"benchmark": "ML10", "one_hot": True}).one_hot_size == 15
    assert MetaWorldSuite.model_validate({"benchmark": "MT10", "one_hot": False}).one_hot_size == 0
    with pytest.raises(ValidationError, match="benchmark"):
        MetaWorldSuite.model_validate({"one_hot": "sometimes"})


def test_rewards_are_divided_as_set() -> None:
    assert MetaWorldSuite().reward_divisor("reach-v3") == 1.0
    assert MetaWorldSuite(reward_scale="maximum").reward_divisor("reach-v3") == 10.0
    experts = MetaWorldSuite(reward_scale="expert")
    assert experts.reward_divisor("push-back-v3") < experts.reward_divisor("reach-v3") < 10.0
    assert MetaWorldSuite(time_limit=200).score_range == (0.0, 2000.0)
    assert experts.score_range == (0.0, 500.0)
    assert MetaWorldSuite().score(1234.0, 0.75) == 0.75


def test_a_benchmark_can_be_restricted_to_some_of_its_tasks() -> None:
    suite = MetaWorldSuite.model_validate({"only_tasks": ["window-open-v3", "reach-v3"]})
    assert suite.training_tasks == ("reach-v3", "window-open-v3")  # in the benchmark's order
    assert [suite.variation_name(variation) for variation in suite.training_variations()] == list(suite.training_tasks)
    assert suite.one_hot_size == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"only_tasks": ["reach"]},
        {"only_tasks": ["soccer-v3"]},
        {"only_tasks": ["reach-v3", "reach-v3"]},
        {"benchmark": "MT1", "only_tasks": ["reach-v3"]},
    ],
)
def test_a_restriction_to_other_tasks_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        MetaWorldSuite.model_validate(wrong)
    assert refused.value.errors()[0]["loc"] == ("only_tasks",)
