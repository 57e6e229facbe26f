"""Unknown names and parts that do not fit are refused at their field, with a suggestion."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.presets import PRESETS
from gsl.config.run import GUIDES, LEARNERS, RunConfig
from tests.gsl.phases.runs import config_of


def refusals(parts: dict[str, Any], preset: str = "forkmaze-quick") -> dict[str, str]:
    """Reasons by field of a preset with some parts replaced."""
    whole = PRESETS[preset].config.model_dump()
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate({**whole, **parts})
    return {".".join(str(part) for part in error["loc"]): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("parts", "field", "suggestion"),
    [
        ({"suite": {"name": "procgn"}}, "suite.name", "procgen"),
        ({"suite": {"name": "procgen", "game": "BigFsh"}}, "suite.procgen.game", "bigfish"),
        ({"suite": {"name": "metaworld", "benchmark": "MT1", "task": "reech-v3"}}, "suite.metaworld.task", "reach-v3"),
        ({"suite": {"name": "gymnasium", "env_id": "CartPol-v1"}}, "suite.gymnasium.env_id", "CartPole-v1"),
        ({"suite": {"name": "maniskill", "task": "PushChar-v1"}}, "suite.maniskill.task", "PushChair-v1"),
        ({"learner": {"name": "pppo"}}, "learner.name", "ppo"),
        ({"guide": {"name": "dager"}}, "guide.name", "dagger"),
        ({"sampling": {"name": "priority"}}, "sampling.name", "prioritized"),
        ({"learner": {"name": "ppo", "network": {"name": "impla"}}}, "learner.ppo.network.name", "impala"),
        ({"suite": {"name": "qqq"}}, "suite.name", "bandits"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_a_suggestion(parts: dict[str, Any], field: str, suggestion: str) -> None:
    assert suggestion in re.findall(r"[\w-]+", refusals(parts)[field])


@pytest.mark.parametrize(
    ("preset", "parts", "field", "named"),
    [
        ("forkmaze-quick", {"learner": {"name": "sac"}}, "learner.name", ("SAC", "continuous", "forkmaze", "discrete")),
        ("gymnasium-pendulum", {"guide": {"name": "dapg"}}, "guide.name", ("SAC", "loss", "DAPG")),
        ("gymnasium-pendulum", {"guide": {"name": "dagger"}}, "guide.name", ("SAC", "loss", "DAgger")),
        ("gymnasium-pendulum", {"sampling": {"name": "prioritized"}}, "sampling.name", ("SAC", "uniform")),
        ("procgen-small", {"learner": {"name": "ppo"}}, "learner.network", ("procgen", "small_cnn", "impala")),
    ],
)
def test_parts_that_do_not_fit_are_refused_by_name(
    preset: str, parts: dict[str, Any], field: str, named: tuple[str, ...]
) -> None:
    found = refusals(parts, preset)
    assert any(name.endswith(field) and all(word in reason for word in named) for name, reason in found.items()), found


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("learner", LEARNERS)
def test_every_pair_of_learner_and_guide_is_allowed_or_refused_by_its_hooks(learner: str, guide: str) -> None:
    env_id = "Pendulum-v1" if "continuous" in LEARNERS[learner].actions else "Acrobot-v1"
    suite: dict[str, Any] = {
        "name": "gymnasium",
        "env_id": env_id,
        "score_low": -1600,
        "score_high": -100,
        "num_seeds": 16,
    }
    if LEARNERS[learner].needs_one_hot:
        suite = {"name": "circle"}
    if LEARNERS[learner].plans:
        suite = {"name": "pendulum"}
    named = {"trainer": "mine"} if LEARNERS[learner].is_external else {}
    episodes = LEARNERS[learner](name=learner).fewest_episodes
    steps = 64 if episodes == 1 else 200 * episodes
    parts: dict[str, Any] = {
        "suite": suite, "learner": {"name": learner, "num_envs": 8, "num_steps": steps, **named},
        "guide": {"name": guide}, "trial": {"episodes": episodes},
        "budget": {"total_steps": 50_000_000, "generalist_steps": 1_000_000}, "demonstrations": {"filter": "return"},
    }  # fmt: skip
    missing = GUIDES[guide].hooks - LEARNERS[learner].hooks
    if missing:
        with pytest.raises(ValidationError) as caught:
            RunConfig.model_validate(parts)
        assert ("guide", "name") in [error["loc"] for error in caught.value.errors()]
    else:
        assert RunConfig.model_validate(parts).guide.name == guide


def test_a_part_needs_a_name() -> None:
    assert "name" in refusals({"learner": {"num_envs": 8}})["learner"]


def test_the_baseline_asks_nothing_of_the_guide() -> None:
    """The plain generalist is not fine-tuned, so any guide may stand in its configuration."""
    assert config_of("gymnasium-pendulum", arm="generalist", guide={"name": "dapg"}).arm == "generalist"
