"""TE-PPO: embeddings that last an episode, gradients through them, rewards for being told, exact keeping."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import TEPPO as TEPPOSettings
from gsl.config.networks import MLP
from gsl.config.suites import CircleSuite
from gsl.worker import plugins
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Rollout
from gsl.worker.learners.base import Overrides
from gsl.worker.learners.te_ppo.learner import TEPPO, separation
from gsl.worker.learners.te_ppo.slots import EmbeddedPolicy
from gsl.worker.nets.distributions import Gaussian
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import FORGET
from tests.worker.learners.states import same

CPU = torch.device("cpu")
SUITE = CircleSuite(goals=3, time_limit=5)
SMALL: dict[str, Any] = {
    "network": MLP(width=8, depth=1), "encoder_width": 8, "device": "cpu", "num_envs": 4, "num_steps": 8,
    "num_minibatches": 2, "update_epochs": 2, "window": 3,
}  # fmt: skip


def loop_of() -> EnvRunner:
    sampler = UniformSampler(SUITE.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(SUITE, 4, sampler, 0, Trial(1)))


def learner(loop: EnvRunner, seed: int = 1, overrides: Overrides | None = None, **changes: Any) -> TEPPO:
    return TEPPO(
        TEPPOSettings(**(SMALL | changes)), plugins.spaces_for(SUITE, spaces_of(loop.env)), seed, CPU, overrides
    )


def played(loop: EnvRunner, te: TEPPO) -> Rollout:
    return collect(loop, te, 8, lambda: None)[0]


def test_an_embedding_lasts_for_an_episode_also_where_a_rollout_cuts_it() -> None:
    loop = loop_of()
    te = learner(loop)
    rollout = played(loop, te)
    noise = torch.stack([slots.noise for slots in te._slots[1:]])
    begins = rollout.observation[..., -1] == FORGET
    assert begins[[0, 5]].all()
    assert begins.sum() == 8
    assert torch.equal(noise[0], noise[4])
    assert torch.equal(noise[5], noise[7])
    assert not torch.equal(noise[4], noise[5])
    before = te._slots[-1].noise
    te.update(rollout)
    following = played(loop, te)
    assert not (following.observation[0, :, -1] == FORGET).any()
    assert torch.equal(te._slots[1].noise, before)


def test_a_window_holds_the_episodes_newest_observations() -> None:
    loop = loop_of()
    te = learner(loop)
    seen = played(loop, te).observation[..., :2]
    window = [slots.window for slots in te._slots[1:]]
    assert torch.equal(window[4], seen[[2, 3, 4]].transpose(0, 1))
    assert torch.equal(window[6], seen[[5, 5, 6]].transpose(0, 1))  # the episode before is not part of it


def test_the_ratio_is_one_at_first_and_the_encoder_learns_through_it() -> None:
    loop = loop_of()
    te = learner(loop, norm_adv=False, embedding_ent_coef=0.0)
    rollout = played(loop, te)
    noise = torch.stack([slots.noise for slots in te._slots[1:]])
    rows = te.network.rows(rollout.observation, noise).flatten(0, 1)
    log_prob = te.network.policy(rows).log_prob(rollout.action.flatten(0, 1))
    torch.testing.assert_close(log_prob, rollout.log_prob.flatten(), atol=1e-5, rtol=1e-4)
    for head in te.network.policy_head.parameters():
        torch.nn.init.normal_(head)
    gradient = torch.autograd.grad(
        te.network.policy(rows).log_prob(rollout.action.flatten(0, 1)).sum(), te.network.mean.weight
    )
    assert gradient[0].abs().sum() > 0


def test_behaviour_that_tells_its_embedding_costs_less() -> None:
    loop = loop_of()
    te = learner(loop, inference_coef=1.0, ent_coef=0.0)
    rollout = played(loop, te)
    noise = torch.stack([slots.noise for slots in te._slots[1:]])
    window = torch.stack([slots.window for slots in te._slots[1:]]).flatten(2).flatten(0, 1)
    rows = te.network.rows(rollout.observation, noise)
    untaught = te._bonus(rows, window, rollout.log_prob)
    latent = te.network.latent(rows.flatten(0, 1)).detach()
    for _ in range(300):
        te._infer(window, latent)
    taught = te._bonus(rows, window, rollout.log_prob)
    assert (untaught <= 0).all()
    assert taught.mean() > untaught.mean()
    likely = learner(loop, inference_coef=0.0, overrides=Overrides(ent_coef=2.0))._bonus(rows, window, rollout.log_prob)
    torch.testing.assert_close(likely, 2.0 * torch.nn.functional.softplus(-rollout.log_prob))


def test_the_policy_does_not_see_the_task_itself() -> None:
    te = learner(loop_of())
    rows = torch.randn(1, 2 + 3 + 2)
    other = rows.clone()
    other[:, 2:5] = torch.tensor([0.0, 1.0, 0.0])
    with torch.no_grad():
        latent = te.network.latent(rows)
        assert torch.equal(te.network._features(rows, latent), te.network._features(other, latent))
        assert not torch.equal(te.network.values(rows), te.network.values(other))


def test_a_learner_that_goes_on_in_the_middle_of_an_episode_is_the_same() -> None:
    loop = loop_of()
    te = learner(loop)
    te.update(played(loop, te))
    state, env = te.state(), loop.state()
    other = learner(loop, seed=2)
    other.restore(state)
    assert same(other.state(), state)
    sampler = loop.env._repeats  # type: ignore[attr-defined]  # of trials
    dealt = sampler.state()
    te.update(played(loop, te))
    sampler.restore(dealt)
    loop.restore(env)
    other.update(played(loop, other))
    assert same(other.state(), te.state())


def test_a_clone_has_the_policy_and_no_episode() -> None:
    loop = loop_of()
    te = learner(loop)
    te.update(played(loop, te))
    clone, fresh = learner(loop, seed=2), learner(loop, seed=2)
    clone.clone(te.state())
    fresh.clone(te.state(), fresh_head=True)
    assert not clone.state()["slots"]["noise"].any()
    heads = [one.network.policy_head.weight for one in (te, clone, fresh)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


@pytest.mark.parametrize("deterministic", [True, False])
def test_a_policy_draws_where_an_episode_begins_and_the_deterministic_one_takes_the_mean(deterministic: bool) -> None:
    loop = loop_of()
    te = learner(loop)
    torch.nn.init.normal_(te.network.policy_head.weight)
    policy = te.policy(deterministic=deterministic, seed=0)
    assert isinstance(policy, EmbeddedPolicy)
    seen, thoughts = loop.observation.copy(), []
    for mark in (FORGET, 0.0, FORGET):
        seen[:, -1] = mark
        policy(seen)
        assert isinstance(policy.thought, Gaussian)
        thoughts.append(policy.thought.mean)
    assert torch.equal(thoughts[0], thoughts[1])
    assert torch.equal(thoughts[1], thoughts[2]) is deterministic


def test_separation_is_of_the_two_most_similar_tasks() -> None:
    mean = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 100.0]])
    assert separation(mean, torch.full_like(mean, 0.5).log()) == pytest.approx(10.0)


def test_without_a_task_in_what_it_sees_there_is_nothing_to_embed() -> None:
    spaces = replace(spaces_of(loop_of().env), one_hot=0)
    with pytest.raises(ValueError, match="one-hot"):
        TEPPO(TEPPOSettings(**SMALL), spaces, 1, CPU)
