"""Task embeddings: what does not fit is refused at launch, at the field to change."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.learners import TEPPO
from gsl.config.networks import SmallCNN
from gsl.config.presets import PRESETS
from gsl.config.recommended import recommended
from gsl.config.run import RunConfig
from gsl.config.suites import CircleSuite, ForkMazeSuite, MetaWorldSuite

BASE = PRESETS["circle-te-ppo"].config.model_dump()


def refused(**changes: Any) -> dict[tuple[Any, ...], str]:
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(BASE | changes)
    return {tuple(problem["loc"]): problem["msg"] for problem in error.value.errors()}


def test_the_suite_must_say_which_task_it_is() -> None:
    assert "one-hot" in refused(suite=CircleSuite(one_hot=False).model_dump())["suite", "one_hot"]
    assert "one-hot" in refused(suite=ForkMazeSuite().model_dump())["learner", "name"]
    ml10 = MetaWorldSuite(benchmark="ML10")
    assert "one-hot" in refused(suite=ml10.model_dump())["suite", "one_hot"]
    whole = BASE | {"learner": recommended("te_ppo", MetaWorldSuite()).learner, "suite": MetaWorldSuite()}
    assert RunConfig.model_validate(whole).suite.one_hot_size == 10


def test_one_task_is_too_few() -> None:
    assert list(refused(suite=MetaWorldSuite(benchmark="MT1").model_dump())) == [("learner", "name")]


def test_an_embedding_lasts_for_an_episode_so_a_trial_has_one() -> None:
    found = refused(trial={"episodes": 2, "scored": 1})
    assert {("trial", "episodes"), ("trial", "scored")} <= set(found)
    assert "lasts for an episode" in found["trial", "episodes"]


def test_embeddings_and_overlap_exclude_each_other() -> None:
    assert list(refused(learner=BASE["learner"] | {"overlap": True})) == [("learner", "overlap")]


def test_guides_with_a_loss_are_refused() -> None:
    changes = {"arm": "gsl", "guide": {"name": "dapg"}}
    assert "loss hook" in refused(**changes)["guide", "name"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"network": SmallCNN()}, "must be mlp"),
        ({"num_minibatches": 7}, "must divide"),
        ({"embedding_std": 0.5}, "embedding_std_max"),
    ],
)
def test_settings_that_do_not_fit_together(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        TEPPO(**changes)
