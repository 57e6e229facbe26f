"""RL²: what it remembers and where it forgets, advantages across episodes, exact keeping, starting from another's."""

from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import RL2 as RL2Settings
from gsl.config.networks import MLP
from gsl.config.suites import BanditSuite, GridNaviSuite, GymnasiumSuite, SuiteSettings
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Rollout
from gsl.worker.learners.rl2.learner import RL2
from gsl.worker.learners.rl2.trials import sequences_of, trial_ends
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import FORGET, KEEP, NOTE, RECALL
from tests.worker.learners.states import same

CPU = torch.device("cpu")
GRID = GridNaviSuite(size=3, time_limit=3, held_out_goals=1)
PENDULUM = GymnasiumSuite(env_id="Pendulum-v1", time_limit=5, num_seeds=2, score_low=-9.0, score_high=0.0)
CELLS = pytest.mark.parametrize("cell", ["gru", "lstm"])
EITHER = pytest.mark.parametrize("suite", [GRID, PENDULUM], ids=["discrete", "continuous"])


def loop_of(suite: SuiteSettings = GRID, episodes: int = 2) -> EnvRunner:
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(suite, 4, sampler, 0, Trial(episodes)))


def learner(loop: EnvRunner, seed: int = 1, **changes: Any) -> RL2:
    small: dict[str, Any] = {"network": MLP(width=8, depth=1), "memory": 8, "device": "cpu", "num_envs": 4,
                             "num_steps": 8, "num_minibatches": 2, "update_epochs": 2}  # fmt: skip
    return RL2(RL2Settings(**(small | changes)), spaces_of(loop.env), seed, CPU)


def rollout(loop: EnvRunner, rl2: RL2) -> Rollout:
    return collect(loop, rl2, 8, lambda: None)[0]


@CELLS
@EITHER
def test_learning_sees_what_acting_saw_also_where_a_rollout_cuts_a_trial(suite: SuiteSettings, cell: str) -> None:
    loop = loop_of(suite)
    rl2 = learner(loop, cell=cell)
    rollout(loop, rl2)
    rl2._states = [rl2._states[-1]]  # as an update leaves them
    second = rollout(loop, rl2)
    assert (second.observation[0, :, -1] == KEEP).all()  # in the middle of a trial
    with torch.no_grad():
        parameters, value = rl2.network.over(second.observation, rl2._states[0])
    log_prob = rl2.network.distribution(parameters).log_prob(second.action.flatten(0, 1))
    torch.testing.assert_close(log_prob, second.log_prob.flatten(), atol=1e-5, rtol=1e-4)
    assert second.value is not None
    torch.testing.assert_close(value, second.value.flatten(), atol=1e-5, rtol=1e-4)


def test_advantages_reach_across_episodes_and_end_with_the_trial() -> None:
    loop = loop_of()
    rl2 = learner(loop, gamma=1.0, gae_lambda=1.0, norm_reward=False)
    played = rollout(loop, rl2)
    ends = trial_ends(played)
    assert ends[:, 0].nonzero().flatten().tolist() == [5]  # two episodes of three steps
    assert played.done[:, 0].nonzero().flatten().tolist() == [2, 5]
    made = sequences_of(played, None, None, rl2.network, rl2._states, rl2.settings, CPU)
    returns = made.samples.returns[:6, 0]
    expected = played.reward[:6, 0].flip(0).cumsum(0).flip(0)  # to the end of the trial, and nothing after it
    torch.testing.assert_close(returns, expected, atol=1e-5, rtol=1e-4)


def test_what_a_time_limit_cut_off_at_the_end_of_a_trial_has_its_value() -> None:
    loop = loop_of(PENDULUM, episodes=1)
    rl2 = learner(loop, gamma=0.5, gae_lambda=0.0)
    played = rollout(loop, rl2)
    assert played.truncated is not None
    assert played.final_observation is not None
    made = sequences_of(played, None, None, rl2.network, rl2._states, rl2.settings, CPU)
    with torch.no_grad():
        following = rl2.network.output(rl2.network.remember(played.final_observation, rl2._states[5]))[1]
    torch.testing.assert_close(made.samples.returns[4], played.reward[4] + 0.5 * following)


@CELLS
def test_a_learner_that_goes_on_in_the_middle_of_a_trial_is_the_same(cell: str) -> None:
    loop = loop_of()
    rl2 = learner(loop, cell=cell, norm_reward=True)
    rl2.update(rollout(loop, rl2))
    state, env = rl2.state(), loop.state()
    assert state["memory"].abs().sum() > 0
    other = learner(loop, seed=2, cell=cell, norm_reward=True)
    other.restore(state)
    assert same(other.state(), state)
    sampler = loop.env._repeats  # type: ignore[attr-defined]  # of trials
    dealt = sampler.state()
    rl2.update(rollout(loop, rl2))
    sampler.restore(dealt)
    loop.restore(env)
    other.update(rollout(loop, other))
    assert same(other.state(), rl2.state())


def test_a_clone_has_the_policy_and_a_blank_memory() -> None:
    loop = loop_of()
    rl2 = learner(loop)
    rl2.update(rollout(loop, rl2))
    clone, fresh = learner(loop, seed=2), learner(loop, seed=2)
    clone.clone(rl2.state())
    fresh.clone(rl2.state(), fresh_head=True)
    assert not clone.state()["memory"].any()
    heads = [one.network.policy_head.weight for one in (rl2, clone, fresh)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_policy_forgets_notes_and_recalls() -> None:
    loop = loop_of()
    rl2 = learner(loop)
    for parameter in rl2.network.policy_head.parameters():
        torch.nn.init.normal_(parameter)
    seen = np.random.default_rng(0).normal(size=(1, *loop.env.observation_shape)).astype(np.float32)

    def logits(*marks: float) -> torch.Tensor:
        """What a fresh policy thinks at the last of these steps."""
        policy = rl2.policy(deterministic=True, seed=0)
        for mark in marks:
            seen[:, -1] = mark
            policy(seen)
        return policy.thought.log_probs  # type: ignore[attr-defined,no-any-return]  # of a policy with memory

    once = logits(FORGET)
    torch.testing.assert_close(logits(FORGET, KEEP, FORGET), once)
    assert not torch.allclose(logits(FORGET, KEEP), once)
    noted = logits(FORGET, KEEP, NOTE)
    torch.testing.assert_close(noted, logits(FORGET, KEEP, KEEP))
    torch.testing.assert_close(logits(FORGET, KEEP, NOTE, KEEP, KEEP, RECALL), noted)
    torch.testing.assert_close(logits(FORGET, KEEP, NOTE, KEEP, RECALL, KEEP, RECALL), noted)


@pytest.mark.slow
def test_later_pulls_are_better_and_flat_where_it_forgets() -> None:
    suite = BanditSuite(arms=2, bandits=200, held_out_bandits=100)
    held_out = suite.held_out_variations()
    rises = []
    for episodes in (8, 1):
        sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
        loop = EnvRunner(make_env(suite, 64, sampler, 0, Trial(episodes)))
        rl2 = RL2(RL2Settings(num_envs=64, num_steps=8, memory=32, learning_rate=3e-3), spaces_of(loop.env), 1, CPU)
        for _ in range(150):
            rl2.update(collect(loop, rl2, 8, lambda: None)[0])
        policy = rl2.policy(deterministic=False, seed=1)
        found = measure(suite, policy, held_out, 80 // episodes, 100, 2, lambda: None, trial=Trial(episodes)).by_place
        rises.append((found[-1].mean_return or 0.0) - (found[0].mean_return or 0.0))
    assert rises[0] > 0.08
    assert rises[1] == 0
