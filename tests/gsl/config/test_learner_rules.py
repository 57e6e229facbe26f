"""Rules between a learner and the rest of a run: each names its field."""

from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.base import stored
from gsl.config.learners import LEEP, PPG, PPO, SAC
from gsl.config.networks import MLP, Impala, SmallCNN
from gsl.config.run import RunConfig
from gsl.config.suites import ClassificationSuite, GymnasiumSuite, ProcgenSuite

PENDULUM = GymnasiumSuite(env_id="Pendulum-v1", score_low=-1600.0, score_high=-150.0)


def config(**changes: Any) -> dict[str, Any]:
    """SAC on Pendulum without demonstrations, which fits."""
    return {
        "suite": PENDULUM,
        "learner": SAC(warm_up=2000),
        "guide": {"name": "none"},
        "budget": {"total_steps": 6_000_000},
    } | changes


def refused(**changes: Any) -> list[tuple[Any, ...]]:
    with pytest.raises(ValidationError) as error:
        RunConfig.model_validate(config(**changes))
    return [tuple(problem["loc"]) for problem in error.value.errors()]


def test_the_base_is_valid() -> None:
    assert RunConfig.model_validate(config()).learner == SAC(warm_up=2000)


def test_sac_has_no_entropy_bonus_to_set_anew() -> None:
    assert refused(specialists={"ent_coef": 0.1}) == [("specialists", "ent_coef")]
    assert refused(finetune={"ent_coef": 0.1}) == [("finetune", "ent_coef")]
    settings = {"learning_rate": 1e-4}
    assert RunConfig.model_validate(config(specialists=settings, finetune=settings)).finetune.learning_rate == 1e-4
    assert (
        RunConfig.model_validate(config(learner=PPO(num_steps=64), specialists={"ent_coef": 0.1})).specialists.ent_coef
        == 0.1
    )


def test_a_warm_up_must_end_before_the_budget() -> None:
    assert refused(specialists={"steps": 2500}) == [("specialists", "steps")]
    assert refused(
        budget={"total_steps": 6_000_000, "generalist_steps": 2000}, plateau={"window": 2, "min_epochs": 1}
    ) == [("budget", "generalist_steps")]


def test_sac_is_for_continuous_actions() -> None:
    assert ("learner", "name") in refused(suite=ProcgenSuite(), learner=SAC(network={"name": "small_cnn"}))


def test_halves_are_equal() -> None:
    assert refused(learner=SAC(warm_up=2000, num_envs=7, overlap=True)) == [("learner", "num_envs")]
    assert RunConfig.model_validate(config(learner=SAC(warm_up=2000, num_envs=6, overlap=True))).learner.overlap


def test_settings_that_contradict_each_other() -> None:
    with pytest.raises(ValidationError, match=r"replay_size.*4000"):
        SAC(replay_size=100)
    with pytest.raises(ValidationError, match="num_minibatches"):
        PPG(num_minibatches=7)
    with pytest.raises(ValidationError, match="aux_rollouts"):
        PPG(num_envs=2, num_steps=8, n_pi=1, aux_rollouts=3)


def test_scales_of_values_that_contradict_each_other_are_refused_at_the_field() -> None:
    with pytest.raises(ValidationError) as error:
        PPO(popart=True)
    assert [problem["loc"] for problem in error.value.errors()] == [("norm_reward",)]
    with pytest.raises(ValidationError) as error:
        PPO(network=Impala(), critic_layer_norm=True)
    assert [problem["loc"] for problem in error.value.errors()] == [("critic_layer_norm",)]
    assert PPO(popart=True, norm_reward=False, critic_layer_norm=True).popart


def test_more_variations_than_value_heads_are_refused() -> None:
    scaled = PPO(popart=True, norm_reward=False, network=SmallCNN(), num_envs=64, num_steps=128)
    many = {"learner": scaled, "arm": "generalist"}
    assert refused(suite=ProcgenSuite(num_levels=1025), **many) == [("learner", "popart")]
    assert RunConfig.model_validate(config(suite=ProcgenSuite(num_levels=1024), **many)).learner == scaled


def test_linked_policies_need_labels_to_choose_from_and_variations_to_differ_in() -> None:
    guessing = ClassificationSuite(images=2)
    whole: dict[str, Any] = {"suite": guessing, "learner": LEEP(num_steps=64), "arm": "generalist"}
    bootstrap = {"sampling": {"name": "bootstrap"}}
    assert RunConfig.model_validate(config(**whole, **bootstrap)).learner.policies == 4
    assert refused(**(whole | {"suite": PENDULUM})) == [("learner", "name")]
    assert refused(**(whole | {"suite": ClassificationSuite(images=1)})) == [("learner", "name")]
    assert refused(**(whole | {"learner": PPO(num_steps=64)}), **bootstrap) == [("sampling", "name")]


def test_guides_with_a_loss_have_no_place_among_linked_policies() -> None:
    whole: dict[str, Any] = {
        "suite": ClassificationSuite(),
        "learner": LEEP(num_steps=64, network=MLP(width=16)),
        "demonstrations": {"filter": "return"},
    }
    assert refused(guide={"name": "dapg"}, **whole) == [("guide", "name")]
    assert RunConfig.model_validate(config(guide={"name": "gail"}, **whole)).guide.name == "gail"


def test_demonstrated_values_need_one_scale() -> None:
    """With PopArt every variation has its own."""
    scaled, guide = PPO(num_steps=64, norm_reward=False, popart=True), {"name": "dapg", "value_coefficient": 0.5}
    returns = {"demonstrations": {"filter": "return"}}
    assert refused(learner=scaled, guide=guide, **returns) == [("guide", "value_coefficient")]
    for fitting in ({"learner": scaled, "guide": {"name": "dapg"}}, {"learner": PPO(num_steps=64), "guide": guide}):
        assert RunConfig.model_validate(config(**fitting, **returns)).guide.name == "dapg"


def test_a_stored_sac_replays_what_it_replayed_then() -> None:
    old = SAC(warm_up=2000).model_dump(exclude={"demonstrated_share", "handed_on"})
    with stored():
        read = RunConfig.model_validate(config(learner=old)).learner
    assert isinstance(read, SAC)
    assert (read.demonstrated_share, read.handed_on) == (0.0, 0)
    assert RunConfig.model_validate(config(learner=old)).learner == SAC(warm_up=2000)
