"""Trials and learners with memory: what does not fit is refused at launch, at the field to change."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.learners import MAML, PEARL, PPO, RL2
from gsl.config.networks import SmallCNN
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.config.step_budget import longest_evaluation
from gsl.config.suites import GridNaviSuite

BASE = PRESETS["gridnavi-rl2"].config.model_dump()


def refused(**changes: Any) -> dict[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(BASE | changes)
    return {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}


def test_a_trial_must_fit_into_a_rollout() -> None:
    found = refused(trial={"episodes": 5})
    assert "at most 4" in found["trial", "episodes"]
    longer = BASE["learner"] | {"num_steps": 75}
    assert RunConfig.model_validate(BASE | {"trial": {"episodes": 5}, "learner": longer}).trial.evaluated == 5


def test_a_single_episode_may_be_longer_than_a_rollout() -> None:
    """As recurrent PPO is used: its memory goes on, and gradients end with the rollout."""
    short = BASE["learner"] | {"num_steps": 8}
    assert RunConfig.model_validate(BASE | {"trial": {"episodes": 1}, "learner": short}).learner.num_steps == 8


def test_memory_and_overlap_exclude_each_other() -> None:
    assert list(refused(learner=BASE["learner"] | {"overlap": True})) == [("learner", "overlap")]


def test_only_a_learner_with_memory_gains_by_trials() -> None:
    found = refused(learner=PPO(num_steps=64).model_dump(), trial={"episodes": 4, "scored": 3})
    assert list(found) == [("trial", "episodes"), ("trial", "scored")]
    assert "PPO has no memory" in found["trial", "episodes"]


def test_minibatches_are_whole_sequences_of_vectors() -> None:
    with pytest.raises(ValidationError, match="num_minibatches"):
        RL2(num_envs=6, num_minibatches=4)
    with pytest.raises(ValidationError, match="mlp"):
        RL2(network=SmallCNN())


def test_a_guide_whose_loss_sees_single_steps_is_refused() -> None:
    changes = {"arm": "gsl", "guide": {"name": "dapg"}, "demonstrations": {"filter": "return"}}
    assert ("guide", "name") in refused(**changes)


def test_what_a_memory_rules_out_in_the_whole_method() -> None:
    method = {
        "arm": "gsl", "guide": {"name": "gail"}, "specialists": {"partition": "clustered"},
        "demonstrations": {"filter": "return", "max_tries": 3, "per_variation": 1, "generalist_per_variation": 1},
    }  # fmt: skip
    assert set(refused(**method)) >= {("specialists", "partition"), ("demonstrations", "max_tries")}


def test_an_evaluation_takes_whole_trials() -> None:
    whole = RunConfig.model_validate(BASE | {"trial": {"episodes": 3, "scored": 2}})
    suite = whole.suite
    assert isinstance(suite, GridNaviSuite)
    assert longest_evaluation(whole, 2) == whole.evaluation.episodes * 2 * 5 * suite.time_limit


@pytest.mark.parametrize("preset", ["navigation-maml", "robot-pearl"])
def test_meta_learners_need_episodes_before_and_after_they_adapt_and_variations_to_compare(preset: str) -> None:
    whole = PRESETS[preset].config.model_dump()
    before = PRESETS[preset].config.learner.fewest_episodes - 1

    def problems(**changes: Any) -> dict[tuple[Any, ...], str]:
        with pytest.raises(ValidationError) as error:
            RunConfig.model_validate(whole | changes)
        return {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}

    found = problems(trial={"episodes": before}, suite=whole["suite"] | {"training_goals": 1})
    assert f"at least {before + 1}" in found["trial", "episodes"]
    assert "two training variations" in found["learner", "name"]
    assert list(problems(trial={"episodes": 100})) == [("trial", "episodes")]
    assert list(problems(learner=whole["learner"] | {"overlap": True})) == [("learner", "overlap")]
    assert ("guide", "name") in problems(arm="gsl", guide={"name": "gail"}, demonstrations={"filter": "return"})


def test_pearl_is_for_continuous_actions_and_both_for_vectors() -> None:
    found = refused(learner=PEARL(num_steps=60).model_dump())
    assert "continuous actions only" in found["learner", "name"]
    for learner in (MAML, PEARL):
        with pytest.raises(ValidationError, match="mlp"):
            learner(network=SmallCNN())
    with pytest.raises(ValidationError, match="replay_size"):
        PEARL(replay_size=100)


def test_a_grid_keeps_goals_to_train() -> None:
    with pytest.raises(ValidationError, match="21 goals"):
        GridNaviSuite(held_out_goals=21)
