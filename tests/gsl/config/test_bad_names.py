"""Whatever does not exist or does not fit is refused at its field, with what may have been meant or why not."""

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
    ("parts", "field", "message"),
    [
        ({"suite": {"name": "procgn"}}, "suite.name", "there is no suite 'procgn': did you mean procgen?"),
        ({"suite": {"name": "procgen", "game": "BigFsh"}}, "suite.procgen.game", "did you mean bigfish"),
        ({"suite": {"name": "metaworld", "benchmark": "MT1", "task": "reech-v3"}}, "suite.metaworld.task", "reach-v3"),
        ({"suite": {"name": "gymnasium", "env_id": "CartPol-v1"}}, "suite.gymnasium.env_id", "mean CartPole-v1"),
        ({"suite": {"name": "maniskill", "task": "PushChar-v1"}}, "suite.maniskill.task", "did you mean PushChair-v1"),
        ({"learner": {"name": "pppo"}}, "learner.name", "there is no learner 'pppo': did you mean ppo or ppg?"),
        ({"guide": {"name": "dager"}}, "guide.name", "there is no guide 'dager': did you mean dagger"),
        ({"sampling": {"name": "priority"}}, "sampling.name", "did you mean prioritized?"),
        ({"learner": {"name": "ppo", "network": {"name": "impla"}}}, "learner.ppo.network.name", "mean impala"),
        ({"suite": {"name": "qqq"}}, "suite.name", "there is forkmaze"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_near_ones(parts: dict[str, Any], field: str, message: str) -> None:
    assert message in refusals(parts)[field]


@pytest.mark.parametrize(
    ("preset", "parts", "field", "message"),
    [
        (
            "forkmaze-quick",
            {"learner": {"name": "sac"}},
            "learner.name",
            "continuous actions, but forkmaze has discrete",
        ),
        ("gymnasium-pendulum", {"guide": {"name": "dapg"}}, "guide.name", "SAC does not honour the loss hook"),
        ("gymnasium-pendulum", {"guide": {"name": "dagger"}}, "guide.name", "by which DAgger works"),
        ("gymnasium-pendulum", {"sampling": {"name": "prioritized"}}, "sampling.name", "estimates no advantages"),
        ("procgen-small", {"learner": {"name": "ppo"}}, "learner.network", "choose small_cnn or impala"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    preset: str, parts: dict[str, Any], field: str, message: str
) -> None:
    found = refusals(parts, preset)
    assert any(name.endswith(field) and message in reason for name, reason in found.items()), found


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("learner", LEARNERS)
def test_every_pair_of_learner_and_guide_is_allowed_or_refused_by_its_hooks(learner: str, guide: str) -> None:
    suite = {"name": "gymnasium", "env_id": "Pendulum-v1", "score_low": -1600, "score_high": -100, "num_seeds": 16}
    parts: dict[str, Any] = {
        "suite": suite, "learner": {"name": learner, "num_envs": 8, "num_steps": 64}, "guide": {"name": guide},
        "budget": {"total_steps": 50_000_000, "generalist_steps": 1_000_000}, "demonstrations": {"filter": "return"},
    }  # fmt: skip
    missing = GUIDES[guide].hooks - LEARNERS[learner].hooks
    if missing:
        with pytest.raises(ValidationError, match="does not honour"):
            RunConfig.model_validate(parts)
    else:
        assert RunConfig.model_validate(parts).guide.name == guide


def test_a_part_without_a_name_is_said_to_need_one() -> None:
    assert "name" in refusals({"learner": {"num_envs": 8}})["learner"]


def test_the_baseline_asks_nothing_of_the_guide() -> None:
    """The plain generalist is not fine-tuned, so any guide may stand in its configuration."""
    assert config_of("gymnasium-pendulum", arm="generalist", guide={"name": "dapg"}).arm == "generalist"
