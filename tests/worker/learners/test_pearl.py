"""PEARL: beliefs against their closed form, what context and replay hold, exact keeping in the middle of a trial."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from gsl.config.learners import PEARL as PEARLSettings
from gsl.config.networks import MLP
from gsl.config.suites import NavigationSuite
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Rollout
from gsl.worker.learners.pearl.experience import VariationReplay, steps_of
from gsl.worker.learners.pearl.learner import PEARL
from gsl.worker.learners.pearl.policy import Beliefs, BelievingPolicy
from gsl.worker.nets.actor_critic import FullyConnected
from gsl.worker.nets.contextual import belief, divergence_from_prior
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import FORGET, KEEP, NOTE, RECALL
from tests.worker.learners.states import same

CPU = torch.device("cpu")
ROBOT = NavigationSuite(start="anywhere", extent=1.0, time_limit=5, end_within=0.2, training_goals=4, held_out_goals=2)


def loop_of(episodes: int = 3) -> EnvRunner:
    sampler = UniformSampler(ROBOT.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(ROBOT, 4, sampler, 0, Trial(episodes)))


def learner(loop: EnvRunner, seed: int = 1, **changes: Any) -> PEARL:
    small: dict[str, Any] = {
        "network": MLP(width=8, depth=1), "device": "cpu", "num_envs": 4, "num_steps": 8, "latent": 3, "warm_up": 0,
        "update_ratio": 0.2, "meta_batch": 3, "replay_batch": 8, "context_batch": 8, "context_size": 12,
        "explore_episodes": 1,
    }  # fmt: skip
    spaces = replace(spaces_of(loop.env), variations=ROBOT.training_variations())
    return PEARL(PEARLSettings(**(small | changes)), spaces, seed, CPU)


def rollout(loop: EnvRunner, pearl: PEARL) -> Rollout:
    return collect(loop, pearl, 8, lambda: None)[0]


def test_a_belief_is_the_product_of_its_gaussians() -> None:
    """N(a, s) times N(b, t) has the precision 1/s + 1/t and the mean that they weigh."""
    loop = loop_of()
    network, generator = learner(loop).network, torch.Generator().manual_seed(0)
    context = torch.randn(6, 5, generator=generator)
    factors = network.factors(context).detach()
    single_mean, single_variance = belief(factors)
    mean, variance = belief(factors.sum(0))
    grid = torch.linspace(-60, 60, 200_001, dtype=torch.float64)
    for number in range(3):
        each = [
            Normal(m.double(), v.double().sqrt())
            for m, v in zip(single_mean[:, number], single_variance[:, number], strict=True)
        ]
        density = torch.stack([one.log_prob(grid) for one in each]).sum(0).softmax(0)  # type: ignore[no-untyped-call]  # torch's
        expected = (density * grid).sum()
        assert float(mean[number]) == pytest.approx(float(expected), abs=1e-3)
        assert float(variance[number]) == pytest.approx(float((density * (grid - expected) ** 2).sum()), rel=1e-3)
    shuffled = belief(network.factors(context.flip(0)).sum(0))
    torch.testing.assert_close(shuffled, (mean, variance), atol=1e-5, rtol=1e-4)
    prior = Normal(torch.zeros(3), torch.ones(3))
    exact = kl_divergence(Normal(mean, variance.sqrt()), prior).sum()
    torch.testing.assert_close(divergence_from_prior(mean, variance), exact, atol=1e-4, rtol=1e-4)


def observation(mark: float, ended: float = 0.0, place: float = 0.5) -> Tensor:
    """One slot: where it is, its last action and reward, whether that ended an episode, and the mark."""
    return torch.tensor([[place, -place, 0.1, -0.2, -1.0, ended, mark]])


def test_slots_believe_the_prior_first_and_then_what_their_trial_showed() -> None:
    network, generator = learner(loop_of()).network, torch.Generator().manual_seed(0)
    beliefs = Beliefs(network, 1, 1)
    known = beliefs.see(observation(FORGET), generator)
    assert bool(beliefs.exploring[0])
    assert not beliefs.added.any()
    assert torch.equal(known[:, 2:], beliefs.latent)
    first = beliefs.latent.clone()
    beliefs.see(observation(KEEP, place=0.7), generator)
    assert torch.equal(beliefs.latent, first)  # for the whole episode
    beliefs.see(observation(KEEP, ended=1.0), generator, certain=True)
    assert not bool(beliefs.exploring[0])
    context = torch.tensor([[0.5, -0.5, 0.1, -0.2, -1.0], [0.7, -0.7, 0.1, -0.2, -1.0]])
    mean, _ = belief(network.factors(context).sum(0))
    torch.testing.assert_close(beliefs.latent[0], mean)
    beliefs.see(observation(FORGET), generator)
    assert not beliefs.added.any()
    assert bool(beliefs.exploring[0])


def test_scored_episodes_begin_with_the_belief_that_the_trial_left() -> None:
    network, generator = learner(loop_of()).network, torch.Generator().manual_seed(0)
    beliefs = Beliefs(network, 1, 1)
    beliefs.see(observation(FORGET), generator)
    beliefs.see(observation(NOTE, ended=1.0), generator)
    noted = beliefs.added.clone()
    beliefs.see(observation(KEEP, place=0.9), generator)
    assert not torch.equal(beliefs.added, noted)
    beliefs.see(observation(RECALL, ended=1.0), generator)
    assert torch.equal(beliefs.added, noted)


def test_steps_know_what_followed_them() -> None:
    loop = loop_of()
    pearl = learner(loop)
    played = rollout(loop, pearl)
    columns, variation = steps_of(played, 2)
    slot = {name: one[:8] for name, one in columns.items()}  # the first slot's
    moved = slot["observation"] + 0.1 * slot["action"].clamp(-1, 1)
    torch.testing.assert_close(slot["next_observation"], moved, atol=1e-5, rtol=1e-4)  # also where it was cut off
    assert variation[:8].tolist() == played.variation[:, 0].tolist()
    assert played.truncated is not None
    assert torch.equal(slot["terminal"], (played.done & ~played.truncated)[:, 0])


def test_the_context_is_what_explored_and_the_replay_everything() -> None:
    loop = loop_of()
    pearl = learner(loop, context_size=1000)
    explored = 0
    for _ in range(3):
        played = collect(loop, pearl, 8, lambda: None)[0]
        explored += int(torch.stack(pearl._explored).sum())
        pearl._add(played)
    assert len(pearl._replay) == 3 * 32
    assert 0 < len(pearl._context) == explored < 3 * 32


def test_each_variation_has_its_newest_steps() -> None:
    replay = VariationReplay((7, 3), 4, CPU)
    variation = torch.tensor([3, 7, 3, 3, 3, 3, 7])
    replay.add({"reward": torch.arange(7.0)}, variation)
    assert replay.sizes.tolist() == [4, 2]  # of 3 and of 7
    generator = torch.Generator().manual_seed(0)
    drawn = replay.sample(torch.tensor([0, 1]), 100, generator)["reward"]
    assert set(drawn[0].tolist()) == {2, 3, 4, 5}
    assert set(drawn[1].tolist()) == {1, 6}
    other = VariationReplay((3, 7), 4, CPU)
    other.restore({name: one.clone() for name, one in replay.state().items()})
    more = {"reward": torch.tensor([8.0, 9.0])}, torch.tensor([3, 7])
    for one in (replay, other):
        one.add(*more)
    assert same(replay.state(), other.state())


def test_a_learner_that_goes_on_in_the_middle_of_a_trial_is_the_same() -> None:
    loop = loop_of()
    pearl = learner(loop)
    for _ in range(3):
        pearl.update(rollout(loop, pearl))
    state = pearl.state()
    state["experience"]["replay"] = {name: one.clone() for name, one in state["experience"]["replay"].items()}
    state["experience"]["context"] = {name: one.clone() for name, one in state["experience"]["context"].items()}
    env = loop.state()
    assert state["experience"]["beliefs"]["added"].abs().sum() > 0
    other = learner(loop, seed=2)
    other.restore(state)
    assert same(other.state(), state)
    sampler = loop.env._repeats  # type: ignore[attr-defined]  # of trials
    dealt = sampler.state()
    pearl.update(rollout(loop, pearl))
    sampler.restore(dealt)
    loop.restore(env)
    other.update(rollout(loop, other))
    assert same(other.state(), pearl.state())


def test_the_encoder_learns_by_the_critics_alone() -> None:
    loop = loop_of()
    pearl = learner(loop, warm_up=1000)
    pearl.update(rollout(loop, pearl))
    encoder = [one.detach().clone() for one in pearl.network.encoder_parameters()]
    pearl._improve_policy(torch.randn(8, 5))
    assert all(torch.equal(a, b) for a, b in zip(encoder, pearl.network.encoder_parameters(), strict=True))
    pearl._step()
    assert not any(torch.equal(a, b) for a, b in zip(encoder, pearl.network.encoder_parameters(), strict=True))


def test_a_clone_has_the_networks_and_no_experience() -> None:
    loop = loop_of()
    pearl = learner(loop)
    for _ in range(2):
        pearl.update(rollout(loop, pearl))
    clone, fresh = learner(loop, seed=2), learner(loop, seed=2)
    clone.clone(pearl.state())
    fresh.clone(pearl.state(), fresh_head=True)
    assert not len(clone._replay)
    heads = [one.network.policy_head.weight for one in (pearl, clone, fresh)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_policy_plays_slots_of_any_number() -> None:
    pearl = learner(loop_of())
    policy = pearl.policy(deterministic=True, seed=0)
    assert isinstance(policy, BelievingPolicy)
    for slots in (3, 2):
        seen = np.repeat(observation(FORGET).numpy(), slots, axis=0)
        assert policy(seen).shape == (slots, 2)
        assert len(policy.beliefs.latent) == slots


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_later_episodes_are_better_on_goals_never_seen() -> None:
    suite = NavigationSuite(
        start="anywhere", extent=1.0, time_limit=20, end_within=0.0, training_goals=40, held_out_goals=20
    )
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(0))
    loop = EnvRunner(make_env(suite, 16, sampler, 0, Trial(2)))
    settings = PEARLSettings(
        network=MLP(width=64, activation="relu"), num_steps=40, learning_rate=1e-3, replay_batch=64, kl_weight=0.01,
        explore_episodes=1,
    )  # fmt: skip
    spaces = replace(spaces_of(loop.env), variations=suite.training_variations())
    pearl = PEARL(settings, spaces, 1, CPU)
    for _ in range(60):
        pearl.update(collect(loop, pearl, 40, lambda: None)[0])
    assert _second_minus_first(suite, pearl) > 2
    body = pearl.network.policy_body
    assert isinstance(body, FullyConnected)
    body.linear[0].weight.data[:, pearl.network.seen :] = 0.0  # as if the latent numbers, which follow, were 0
    assert abs(_second_minus_first(suite, pearl)) < 1


def _second_minus_first(suite: NavigationSuite, pearl: PEARL) -> float:
    """Mean returns of a trial's episodes on held-out goals."""
    policy, goals = pearl.policy(deterministic=False, seed=1), suite.held_out_variations()
    first, second = measure(suite, policy, goals, 10, 200, 2, lambda: None, trial=Trial(2)).by_place
    return (second.mean_return or 0.0) - (first.mean_return or 0.0)
