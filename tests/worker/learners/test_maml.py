"""MAML-TRPO: the inner step and gradients through it, what slots adapt to, the KL limit, exact keeping."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from gsl.config.learners import MAML as MAMLSettings
from gsl.config.networks import MLP
from gsl.config.suites import GridNaviSuite, NavigationSuite, SuiteSettings
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Rollout
from gsl.worker.learners.maml.baseline import advantages, times
from gsl.worker.learners.maml.learner import MAML
from gsl.worker.learners.maml.phases import Phase, inner_step, phases_of
from gsl.worker.nets.adaptive import AdaptivePolicy
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import FORGET
from tests.worker.learners.states import same

CPU = torch.device("cpu")
POINT = NavigationSuite(time_limit=6, training_goals=5, held_out_goals=2, end_within=0.15)
GRID = GridNaviSuite(size=3, time_limit=4, held_out_goals=1)
EITHER = pytest.mark.parametrize("suite", [POINT, GRID], ids=["continuous", "discrete"])


def loop_of(suite: SuiteSettings = POINT, episodes: int = 4) -> EnvRunner:
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(suite, 6, sampler, 0, Trial(episodes)))


def learner(loop: EnvRunner, seed: int = 1, **changes: Any) -> MAML:
    small: dict[str, Any] = {"network": MLP(width=8, depth=1), "device": "cpu", "num_envs": 6, "num_steps": 24,
                             "adapt_after": 2, "learning_rate": 0.5}  # fmt: skip
    return MAML(MAMLSettings(**(small | changes)), spaces_of(loop.env), seed, CPU)


def rollout(loop: EnvRunner, maml: MAML) -> Rollout:
    loop.restart()
    return collect(loop, maml, 24, lambda: None)[0]


def played(suite: SuiteSettings = POINT) -> tuple[MAML, Rollout, Phase, Phase]:
    loop = loop_of(suite)
    maml = learner(loop)
    for parameter in maml.network.policy_head.parameters():
        torch.nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(3))
    steps = rollout(loop, maml)
    return maml, steps, *phases_of(steps, 2, 0.99, 1.0, CPU)


@EITHER
def test_slots_acted_with_the_weights_that_the_inner_step_gives(suite: SuiteSettings) -> None:
    maml, steps, before, after = played(suite)
    own = inner_step(maml.network, maml.network.learned(), before, 0.5)
    policy = maml.network.distribution(maml.network.each(own, after.observation))
    counted = after.weight > 0
    assert counted.sum(1).min() >= 2
    torch.testing.assert_close(policy.log_prob(after.action)[counted], after.log_prob[counted], atol=1e-5, rtol=1e-4)
    shared = maml.network.policy(before.observation).log_prob(before.action)
    kept = before.weight > 0
    torch.testing.assert_close(shared[kept], before.log_prob[kept], atol=1e-5, rtol=1e-4)
    unadapted = maml.network.policy(after.observation).log_prob(after.action)
    assert not torch.allclose(unadapted[counted], after.log_prob[counted], atol=1e-3)
    assert (steps.observation[0, :, -1] == FORGET).all()


@EITHER
def test_the_inner_step_is_that_of_each_task_alone(suite: SuiteSettings) -> None:
    maml, _, before, _ = played(suite)

    def loss(parameters: dict[str, Tensor], seen: Tensor, action: Tensor, advantage: Tensor, weight: Tensor) -> Tensor:
        policy = maml.network.distribution(functional_call(_Parameters(maml.network), parameters, (seen,)))
        return -(policy.log_prob(action) * advantage * weight).sum()

    parameters = {f"policy.{name}": one.detach() for name, one in maml.network.named_parameters()}
    columns = (before.observation, before.action, before.advantage, before.weight)
    gradients = vmap(grad(loss), (None, 0, 0, 0, 0))(parameters, *columns)
    own = inner_step(maml.network, maml.network.learned(), before, 0.5)
    for mine, (name, one) in zip(own, parameters.items(), strict=True):
        torch.testing.assert_close(mine, one - 0.5 * gradients[name], atol=1e-5, rtol=1e-4)


class _Parameters(torch.nn.Module):
    """A module that calls for the policy's parameters, as functional_call needs it."""

    def __init__(self, policy: AdaptivePolicy) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, seen: Tensor) -> Tensor:
        return self.policy.policy_parameters(seen)


@EITHER
def test_gradients_through_the_inner_step_agree_with_differences(suite: SuiteSettings) -> None:
    maml, _, before, after = played(suite)
    network = maml.network.double()
    before, after = (_doubled(phase) for phase in (before, after))

    def objective(*parameters: Tensor) -> Tensor:
        own = inner_step(network, parameters, before, 0.5)
        policy = network.distribution(network.each(own, after.observation))
        return after.mean(policy.log_prob(after.action) * after.advantage).mean()

    assert torch.autograd.gradcheck(objective, network.learned(), eps=1e-6, atol=1e-6)
    exact = torch.autograd.grad(objective(*network.learned()), network.learned())
    constant = [one.detach().requires_grad_() for one in network.learned()]
    with torch.no_grad():
        steps = inner_step(network, constant, before, 0.5)
    policy = network.distribution(network.each([s.requires_grad_() for s in steps], after.observation))
    first_order = torch.autograd.grad(after.mean(policy.log_prob(after.action) * after.advantage).mean(), steps)
    assert not torch.allclose(exact[0], first_order[0].sum(0), atol=1e-4)  # the second order is there


def _doubled(phase: Phase) -> Phase:
    columns = {name: one for name, one in vars(phase).items() if name != "returns"}
    double = {name: one.double() if one.is_floating_point() else one for name, one in columns.items()}
    return Phase(**double, returns=phase.returns)


@EITHER
def test_every_update_that_is_accepted_keeps_to_the_limit(suite: SuiteSettings) -> None:
    loop = loop_of(suite)
    maml = learner(loop, max_kl=0.003, fisher_share=0.5)
    accepted = 0
    for _ in range(8):
        metrics = maml.update(rollout(loop, maml))
        assert metrics["approx_kl"] <= 0.003
        accepted += metrics["step_share"] > 0
        assert (metrics["step_share"] > 0) == (metrics["surrogate_gain"] > 0)
    assert accepted >= 4


@EITHER
def test_a_learner_that_goes_on_is_the_same(suite: SuiteSettings) -> None:
    """From between two rollouts, in the middle of the slots' trials, which the next rollout leaves."""
    loop = loop_of(suite)
    maml = learner(loop)
    maml.update(rollout(loop, maml))
    state, env = maml.state(), loop.state()
    other = learner(loop, seed=2)
    other.restore(state)
    assert same(other.state(), state)
    sampler = loop.env._repeats  # type: ignore[attr-defined]  # of trials
    dealt = sampler.state()
    maml.update(rollout(loop, maml))
    sampler.restore(dealt)
    loop.restore(env)
    other.update(rollout(loop, other))
    assert same(other.state(), maml.state())


def test_a_fresh_head_leaves_the_layers() -> None:
    loop = loop_of()
    maml = learner(loop)
    maml.update(rollout(loop, maml))
    clone, fresh = learner(loop, seed=2), learner(loop, seed=2)
    clone.clone(maml.state())
    fresh.clone(maml.state(), fresh_head=True)
    first, second, third = (one.network.learned() for one in (maml, clone, fresh))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert torch.equal(first[0], third[0])
    assert not torch.equal(first[2], third[2])


def test_what_is_left_after_a_trial_is_not_learned_from() -> None:
    loop = loop_of(episodes=3)
    maml = learner(loop)
    steps = rollout(loop, maml)
    before, after = phases_of(steps, 2, 0.99, 1.0, CPU)
    ends = [int(steps.done[:, slot].nonzero()[2]) + 1 for slot in range(6)]  # of the first trial
    assert [int(n) for n in (before.weight > 0).sum(1) + (after.weight > 0).sum(1)] == ends
    assert max(ends) < 24
    torch.testing.assert_close(before.weight.sum(1), torch.ones(6))


def test_the_baseline_explains_what_is_linear_in_time_and_place() -> None:
    generator = torch.Generator().manual_seed(1)
    done = torch.zeros(8, 2, dtype=torch.bool)
    done[3], done[7] = True, True
    assert times(done)[:, 0].tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    seen = torch.randn(8, 2, 1, generator=generator)
    reward = torch.ones(8, 2)  # returns are 4, 3, 2, 1: linear in time
    explained = advantages(seen, reward + 0.0, done, torch.ones_like(done), 1.0, 1.0)
    noise = advantages(seen, reward + torch.randn(8, 2, generator=generator), done, torch.ones_like(done), 1.0, 1.0)
    torch.testing.assert_close(noise.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close((noise**2).mean(0), torch.ones(2), atol=1e-3, rtol=0)
    assert torch.isfinite(explained).all()
    counted = torch.ones_like(done)
    counted[4:, 1] = False  # the second task has one episode
    part = advantages(seen[:4], reward[:4], done[:4], counted[:4], 1.0, 1.0)
    whole = advantages(seen, reward, done, counted, 1.0, 1.0)
    torch.testing.assert_close(whole[:4, 1], part[:, 1], atol=1e-2, rtol=0)
    assert not whole[4:, 1].any()


def test_the_most_likely_action_is_taken_only_after_adapting() -> None:
    """Without chance before it, there would be nothing to learn from; slots adapt each at its own time."""
    maml, _, _, _ = played()
    policy, other = (maml.policy(deterministic=True, seed=seed) for seed in (1, 2))
    env = make_env(POINT, 3, UniformSampler(range(5), np.random.default_rng(0)), 0, Trial(3))
    seen, ended = env.reset(), np.zeros(3, int)
    for _ in range(18):
        action = policy(seen)
        mode = policy.thought.mode().numpy()  # type: ignore[attr-defined]  # of a policy with memory
        adapted = ended % 3 == 2
        assert (np.isclose(action, mode).all(1) == adapted).all()
        assert not np.isclose(action, other(seen)).all(1)[~adapted].any()
        step = env.step(action)
        seen, ended = step.observation, ended + step.done


@pytest.mark.slow
def test_adapted_policies_are_better_on_goals_never_seen() -> None:
    suite = NavigationSuite(time_limit=30)
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    loop = EnvRunner(make_env(suite, 40, sampler, 0, Trial(10)))
    settings = MAMLSettings(network=MLP(width=32, depth=2), num_envs=40, num_steps=300, adapt_after=5, max_kl=0.03)
    maml = MAML(settings, spaces_of(loop.env), 1, CPU)
    for _ in range(40):
        loop.restart()
        maml.update(collect(loop, maml, 300, lambda: None)[0])
    policy = maml.policy(deterministic=False, seed=1)
    places = measure(suite, policy, suite.held_out_variations(), 2, 80, 2, lambda: None, trial=Trial(10)).by_place
    returns = [place.mean_return or 0.0 for place in places]
    assert np.mean(returns[5:]) > np.mean(returns[:5]) + 1
