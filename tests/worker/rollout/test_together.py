"""Rollouts of a population: each member's is that of `collect`, and a failure is one member's own."""

from contextlib import ExitStack, closing

import numpy as np
import pytest
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP
from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import training_sampler
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_population import PPOPopulation
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import Loop
from gsl.worker.rollout.together import collect_together

SUITE = ForkMazeSuite(goals=4, corridor=2, branch=1, time_limit=6)
MEMBERS, STEPS = 3, 20


def settings(overlap: bool) -> PPOSettings:
    return PPOSettings(network=MLP(width=8), device="cpu", num_envs=8, num_steps=STEPS, overlap=overlap)


def loops(stack: ExitStack, overlap: bool) -> list[Loop]:
    made = []
    for seed in range(MEMBERS):
        sampler = training_sampler(SUITE, SUITE.training_variations(), np.random.default_rng(seed))
        made.append(stack.enter_context(closing(make_loop(SUITE, settings(overlap), sampler, seed))))
    return made


def learners(loop: Loop, overlap: bool) -> list[PPO]:
    return [PPO(settings(overlap), spaces_of(loop.env), seed, torch.device("cpu")) for seed in range(MEMBERS)]


def nothing() -> None:
    """No stop is requested."""


@pytest.mark.parametrize("overlap", [False, True])
def test_each_plays_as_when_alone(overlap: bool) -> None:
    with ExitStack() as stack:
        apart, beside = loops(stack, overlap), loops(stack, overlap)
        alone, population = learners(apart[0], overlap), PPOPopulation(learners(beside[0], overlap))
        together = collect_together(beside, population, STEPS, [nothing] * MEMBERS)
        for loop, learner, collected in zip(apart, alone, together, strict=True):
            rollout, episodes = collect(loop, learner, STEPS, nothing)
            assert not isinstance(collected, Exception)
            assert len(episodes) > 0
            for name in ("observation", "action", "reward", "done", "variation", "next_observation"):
                assert torch.equal(getattr(collected[0], name), getattr(rollout, name)), name
            assert np.array_equal(collected[1].returns, episodes.returns)


def test_one_that_raises_leaves_the_others() -> None:
    calls = []

    def later() -> None:
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("enough")

    with ExitStack() as stack:
        usual, beside = loops(stack, overlap=False), loops(stack, overlap=False)
        checks = [nothing, later, nothing]
        first = collect_together(usual, PPOPopulation(learners(usual[0], overlap=False)), STEPS, [nothing] * MEMBERS)
        second = collect_together(beside, PPOPopulation(learners(beside[0], overlap=False)), STEPS, checks)
    assert str(second[1]) == "enough"
    assert len(calls) == 5
    for member in (0, 2):
        one, other = first[member], second[member]
        assert not isinstance(one, Exception)
        assert not isinstance(other, Exception)
        assert torch.equal(one[0].action, other[0].action)
