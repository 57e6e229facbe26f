"""PPO + CaDM: when the model learns and when it is frozen, what PPO sees, exact keeping, starting from another's."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gsl.config.learners import PPOCaDM
from gsl.config.networks import MLP
from gsl.config.suites import CartPoleSuite, PendulumSuite
from gsl.config.suites.physics import PhysicsSuite
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Rollout
from gsl.worker.learners.cadm.informed_ppo import InformedPPO
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from tests.worker.learners.states import same

CPU = torch.device("cpu")
PENDULUM, CARTPOLE = PendulumSuite(time_limit=12), CartPoleSuite(time_limit=12)
EITHER = pytest.mark.parametrize("suite", [PENDULUM, CARTPOLE], ids=["pendulum", "cartpole"])


def loop_of(suite: PhysicsSuite) -> EnvRunner:
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(suite, 4, sampler, 0, Trial()))


def learner(loop: EnvRunner, seed: int = 1, **changes: Any) -> InformedPPO:
    small: dict[str, Any] = {
        "network": MLP(width=8, depth=1), "model": MLP(width=8, depth=1), "encoder": (8,), "context": 4, "history": 3,
        "future": 3, "device": "cpu", "num_envs": 4, "num_steps": 10, "num_minibatches": 2, "update_epochs": 2,
        "model_steps": 80, "model_updates": 3, "model_minibatch": 16,
    }  # fmt: skip
    return InformedPPO(PPOCaDM(**(small | changes)), spaces_of(loop.env), seed, CPU)


def rollout(loop: EnvRunner, ppo: InformedPPO) -> Rollout:
    return collect(loop, ppo, ppo.settings.num_steps, lambda: None)[0]


@EITHER
def test_the_model_learns_first_and_is_frozen_then(suite: PhysicsSuite) -> None:
    loop = loop_of(suite)
    ppo = learner(loop)
    before = ppo.state()
    assert ppo.update(rollout(loop, ppo)) == {"model_steps": 40.0}
    assert same(ppo.state()["ppo"], before["ppo"])
    assert ppo.update(rollout(loop, ppo))["model_error"] > 0
    frozen = ppo.state()
    assert frozen["frozen"]
    assert "experience" not in frozen, "its steps have done their work"
    assert not ppo.advantage.numel() or ppo.advantage.shape == (40,)
    assert "policy_loss" in ppo.update(rollout(loop, ppo))
    after = ppo.state()
    assert same(after["model"], frozen["model"])
    assert not same(after["ppo"]["network"], frozen["ppo"]["network"])
    assert ppo.settings.steps_before_learning == 120


@EITHER
def test_ppo_learns_from_what_it_saw_while_acting(suite: PhysicsSuite) -> None:
    """States and contexts of the rollout, and of what follows; a guide is asked about whole observations."""
    loop = loop_of(suite)
    ppo = learner(loop)
    for _ in range(2):
        ppo.update(rollout(loop, ppo))
    played = rollout(loop, ppo)
    given: dict[str, Tensor] = {}

    class Doubling:
        policy_weight = 1.0

        def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
            given["observation"] = observation
            return 2 * reward

        def loss(self, network: object, context: object) -> None:
            raise AssertionError("its hooks are refused at launch")

    learned: list[Rollout] = []
    update = ppo._ppo.update

    def noted(seen: Rollout, *rest: Any, **named: Any) -> dict[str, float]:
        learned.append(seen)
        return update(seen, *rest, **named)

    ppo._ppo.update = noted  # type: ignore[method-assign, assignment]  # to see what it gets
    ppo.update(played, Doubling())
    assert torch.equal(given["observation"], played.observation.flatten(0, 1))
    [seen] = learned
    size = ppo._sizes[0]
    assert torch.equal(seen.reward, 2 * played.reward)
    assert torch.equal(seen.observation[..., :size], played.observation[..., :size])
    assert seen.observation.shape[-1] == size + 4
    ppo.decide(loop.observation)
    assert torch.equal(ppo._seen[-1], seen.next_observation), "as at the first step of the next rollout"


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_learner_that_goes_on_within_an_episode_is_the_same(epochs: int) -> None:
    """While the model learns, and while PPO does."""
    loop = loop_of(PENDULUM)
    ppo = learner(loop)
    for _ in range(epochs):
        ppo.update(rollout(loop, ppo))
    state, env, sampler = ppo.state(), loop.state(), loop.env._repeats.state()  # type: ignore[attr-defined]  # trials
    assert state["age"].any(), "an episode is running"
    other = learner(loop, seed=1)
    other.restore(state)
    assert same(other.state(), state)
    for _ in range(2):
        ppo.update(rollout(loop, ppo))
    loop.restore(env)
    loop.env._repeats.restore(sampler)  # type: ignore[attr-defined]  # see above
    for _ in range(2):
        other.update(rollout(loop, other))
    assert same(other.state(), ppo.state())


def test_a_clone_has_the_frozen_model_and_plays_at_once() -> None:
    loop = loop_of(PENDULUM)
    ppo = learner(loop)
    for _ in range(3):
        ppo.update(rollout(loop, ppo))
    clone, fresh = learner(loop, seed=2), learner(loop, seed=2)
    clone.clone(ppo.state())
    fresh.clone(ppo.state(), fresh_head=True)
    assert same(clone.state()["model"], ppo.state()["model"])
    assert "policy_loss" in clone.update(rollout(loop, clone))
    assert not torch.equal(fresh.network.policy_head.weight, ppo.network.policy_head.weight)


def test_a_policy_acts_as_training_does() -> None:
    loop = loop_of(CARTPOLE)
    ppo = learner(loop)
    for _ in range(2):
        ppo.update(rollout(loop, ppo))
    policy: Any = ppo.policy(deterministic=True, seed=0)
    for _ in range(34):
        observation = loop.observation.copy()
        action = policy(observation)
        assert policy.thought.mode().tolist() == action.tolist()
        loop.step(action)
    assert policy._memory._known.max() == 3
