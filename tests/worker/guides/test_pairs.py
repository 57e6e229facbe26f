"""The table of learners and guides, whole: what it allows runs, what it does not is refused with the reason."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from gsl.config.guides import BUILTIN_GUIDES
from gsl.config.learners import BUILTIN_LEARNERS
from gsl.config.learners.base import incompatibility
from gsl.config.networks import MLP
from gsl.config.presets import PRESETS
from gsl.config.run import GUIDES, LEARNERS, RunConfig
from gsl.config.suites import CircleSuite, DarkRoomSuite, NavigationSuite, PendulumSuite, SuiteSettings
from gsl.protocol.metrics import METRICS
from gsl.worker import plugins
from gsl.worker.envs import Env, Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Earned
from gsl.worker.guides import Guide, GuideInputs, Teacher, make_guide
from gsl.worker.learners import Learner
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Actions, Spaces
from tests.worker.guides.lessons import CPU, actions, demonstrations, nothing, observations
from tests.worker.guides.toy_env import Line

SMALL: dict[str, dict[str, Any]] = {
    "ppg": {"n_pi": 2, "aux_rollouts": 4},
    "ppo_cadm": {"model_steps": 64, "model_updates": 2, "model_minibatch": 16},
    "cadm": {"warm_up": 32, "updates": 2, "minibatch": 16, "horizon": 2, "candidates": 4, "elites": 2},
    "maml": {"adapt_after": 1, "num_steps": 16, "cg_damping": 0.1},
    "pearl": {
        "warm_up": 32,
        "replay_batch": 16,
        "replay_size": 1024,
        "update_ratio": 0.1,
        "explore_episodes": 1,
        "meta_batch": 2,
        "context_batch": 8,
    },
    "sac": {"warm_up": 32, "replay_batch": 16, "replay_size": 1024, "update_ratio": 0.1},
}
"""What a learner needs beside the settings of all learners to have done all that it does after two updates."""

SHORT: dict[str, dict[str, Any]] = {"bc": {"train_on": True}, "distillation": {"updates": 2, "batch_size": 4}}
"""What a guide needs to leave something to the learner, and to be done soon."""


@dataclass(frozen=True)
class Pair:
    """A learner and a guide by name, and why they do not work together."""

    learner: str
    guide: str
    reason: str | None


PAIRS = [
    Pair(learner, guide, incompatibility(LEARNERS[learner], GUIDES[guide])) for learner in LEARNERS for guide in GUIDES
]
ALLOWED = [pair for pair in PAIRS if pair.reason is None and not LEARNERS[pair.learner].is_external]
"""Of learners that learn in this process."""
REFUSED = [pair for pair in PAIRS if pair.reason is not None]


def named(pair: Pair) -> str:
    return f"{pair.learner}-{pair.guide}"


ITS_SUITE: dict[str, SuiteSettings] = {
    "te_ppo": CircleSuite(goals=2), "cadm": PendulumSuite(values=2), "ppo_cadm": PendulumSuite(values=2),
    "sequence": DarkRoomSuite(size=3, held_out_goals=6, time_limit=64),
    "maml": NavigationSuite(training_goals=1, time_limit=4), "pearl": NavigationSuite(training_goals=1, time_limit=4),
}  # fmt: skip
"""Of learners that need more of a suite than observations and rewards."""


def spaces_for(learner: str, env: Env) -> Spaces:
    suite = ITS_SUITE.get(learner)
    return spaces_of(env) if suite is None else plugins.spaces_for(suite, spaces_of(env))


def learner_of(name: str, env: Env, seed: int) -> Learner:
    fields = {"network": MLP(width=16), "device": "cpu", "num_envs": env.num_envs, "num_steps": 16}
    settings = LEARNERS[name].model_validate(fields | SMALL.get(name, {}))
    made: Learner = plugins.load(settings)(settings, spaces_for(name, env), seed, CPU)
    return made


def guide_of(name: str, env: Env, teacher: Learner) -> Guide:
    spaces = spaces_of(env)
    earned = Earned(torch.zeros(64), torch.zeros(64, dtype=torch.bool), torch.empty(0, *env.observation_shape))
    shown = demonstrations(observations(64, spaces), actions(64, spaces), earned=earned)
    teachers = (Teacher(teacher.network, frozenset({0})), Teacher(teacher.network, frozenset({1})))
    settings = GUIDES[name].model_validate(SHORT.get(name, {}))
    return make_guide(settings, GuideInputs(shown, teachers, spaces, 3, CPU))


def env_for(learner: str) -> Env:
    """With the kind of actions that the learner can handle; with discrete ones where it can handle both."""
    if suite := ITS_SUITE.get(learner):
        sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
        return make_env(suite, 4, sampler, 0, Trial(2 if learner in ("maml", "pearl") else 1))
    discrete = "discrete" in LEARNERS[learner].actions
    return Line(4, Actions("discrete", 4) if discrete else Actions("continuous", 2))


def test_the_table_holds_every_pair_of_what_comes_with_the_product() -> None:
    names = {(pair.learner, pair.guide) for pair in PAIRS}
    ours = [
        [settings.model_fields["name"].default for settings in found] for found in (BUILTIN_LEARNERS, BUILTIN_GUIDES)
    ]
    assert names >= {(learner, guide) for learner in ours[0] for guide in ours[1]}
    assert {guide for _, guide in names} >= {"none", "dapg", "gail", "bc", "dagger"}


@pytest.mark.parametrize("pair", ALLOWED, ids=named)
def test_an_allowed_pair_runs_two_updates(pair: Pair) -> None:
    """Nothing but finite figures is said, under names that the page explains, and the policy moves."""
    env = env_for(pair.learner)
    learner, loop = learner_of(pair.learner, env, seed=0), EnvRunner(env)
    guide = guide_of(pair.guide, env, learner_of(pair.learner, env, seed=1))
    before = {name: value.clone() for name, value in learner.network.state_dict().items()}
    said = [guide.before_training(learner.network, nothing)]
    for _ in range(2):
        rollout, _ = collect(loop, learner, 16, nothing)
        said += [guide.observe(rollout), learner.update(rollout, guide)]
        guide.end_epoch()
    assert all(isfinite(figure) for told in said for name, figure in told.items() if name != "explained_variance")
    assert {name for told in said[1:] for name in told} <= set(METRICS)
    after = learner.network.state_dict()
    assert all(torch.isfinite(value).all() for value in after.values())
    acts = "forwards" if LEARNERS[pair.learner].plans else "policy"
    assert any(not value.equal(before[name]) for name, value in after.items() if acts in name)


@pytest.mark.parametrize("pair", ALLOWED, ids=named)
def test_an_allowed_pair_goes_on_exactly(pair: Pair) -> None:
    """Learner and guide kept after one update do the second with the same numbers."""
    env = env_for(pair.learner)
    through = learner_of(pair.learner, env, 0), guide_of(pair.guide, env, learner_of(pair.learner, env, 1))
    resumed = learner_of(pair.learner, env, 5), guide_of(pair.guide, env, learner_of(pair.learner, env, 1))
    loop = EnvRunner(env)
    first, _ = collect(loop, through[0], 16, nothing)
    through[1].observe(first)
    through[0].update(first, through[1])
    through[1].end_epoch()
    played = loop.state()
    resumed[0].restore(through[0].state())
    resumed[1].restore(through[1].state())
    told = []
    for learner, guide in (through, resumed):
        loop.restore(played)
        second, _ = collect(loop, learner, 16, nothing)
        told.append((guide.observe(second), learner.update(second, guide)))
    np.testing.assert_equal(told[0], told[1])


@pytest.mark.parametrize("pair", REFUSED, ids=named)
def test_any_other_pair_is_refused_with_its_reason(pair: Pair) -> None:
    assert pair.reason is not None
    assert LEARNERS[pair.learner].title in pair.reason
    base = PRESETS["forkmaze-quick"].config.model_dump()
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(base | {"learner": {"name": pair.learner}, "guide": {"name": pair.guide}})
    said = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert said[("guide", "name")] == pair.reason
