"""Behaviour cloning: it recovers a known policy, keeps the best, is interruptible and deterministic."""

from collections.abc import Callable
from math import log

import pytest
import torch

from gsl.config.guides import BC as BCSettings
from gsl.worker.guides.bc import BC
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.distributions import Gaussian
from gsl.worker.nets.policy_heads import GaussianHead
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.stop import Stopped
from tests.worker.guides.lessons import (
    CONTINUOUS,
    DISCRETE,
    actions,
    demonstrations,
    inputs,
    network,
    nothing,
    observations,
)


def teacher_of(spaces: Spaces) -> ActorCritic:
    """A policy with opinions: a fresh one's are too weak to be recognised. A Gaussian one has deviation 0.3."""
    made = network(spaces, seed=5)
    with torch.no_grad():
        made.policy_head.weight.mul_(400.0)
        if isinstance(made.policy_head, GaussianHead):
            made.policy_head.log_std.fill_(log(0.3))
    return made


def cloned(spaces: Spaces, settings: BCSettings, on_step: Callable[[], None] = nothing) -> ActorCritic:
    seen = observations(4000, spaces)
    shown = teacher_of(spaces).policy(seen).sample(torch.Generator().manual_seed(1)).detach()
    student = network(spaces, seed=6, width=32)
    BC(settings, inputs(demonstrations(seen, shown), spaces=spaces)).before_training(student, on_step)
    return student


SETTINGS = BCSettings(passes=30, learning_rate=5e-3)


def test_a_known_discrete_policy_is_recovered() -> None:
    """KL to the teacher on states that were not shown is a few hundredths of the distance at the start."""
    fresh = observations(500, DISCRETE, seed=9)
    teacher = teacher_of(DISCRETE).policy(fresh)
    distance = teacher.kl(cloned(DISCRETE, SETTINGS).policy(fresh)).mean()
    assert distance < 0.1 * teacher.kl(network(DISCRETE, seed=6, width=32).policy(fresh)).mean()


def test_a_known_gaussian_policy_is_recovered() -> None:
    """Its means, and its deviation of 0.3."""
    fresh = observations(500, CONTINUOUS, seed=9)
    teacher, student = teacher_of(CONTINUOUS).policy(fresh), cloned(CONTINUOUS, SETTINGS).policy(fresh)
    assert isinstance(teacher, Gaussian)
    assert isinstance(student, Gaussian)
    assert (student.mean - teacher.mean).abs().mean() < 0.1 * teacher.mean.abs().mean()
    assert student.log_std.exp().mean().item() == pytest.approx(0.3, abs=0.06)


def test_it_ends_when_held_back_steps_get_no_likelier_and_keeps_the_best() -> None:
    """Random actions cannot be foreseen: learning them by heart makes the held-back ones less likely."""
    seen, shown, episode = observations(200), actions(200), torch.arange(200) // 5
    settings = BCSettings(passes=500, patience=3, learning_rate=0.02, held_back=0.25)
    student = network(width=64)
    said = BC(settings, inputs(demonstrations(seen, shown, episode))).before_training(student, nothing)
    assert said["cloning_passes"] < 100
    assert said["demonstrated_steps"] == 150
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0))
    held_back = torch.isin(episode, order[:10])
    left = -student.policy(seen[held_back]).log_prob(shown[held_back]).mean().item()
    assert left == pytest.approx(said["held_back_loss"], abs=1e-5)


def test_whole_episodes_are_held_back_one_at_least() -> None:
    """Five episodes of one action each, all seen alike: what is held back is foreseen no better than by chance.

    Held back by steps it would be learned by heart, each action from the other steps of its episode.
    """
    episode = torch.arange(5).repeat_interleave(20)
    seen = torch.nn.functional.one_hot(episode % 3, 3).float()
    settings = BCSettings(passes=200, patience=5, learning_rate=0.05, held_back=0.1)
    said = BC(settings, inputs(demonstrations(seen, episode % 4, episode))).before_training(network(), nothing)
    assert said["demonstrated_steps"] == 80
    assert said["held_back_loss"] > 1.0


def test_without_held_back_steps_it_makes_all_passes() -> None:
    settings = BCSettings(passes=3, held_back=0)
    said = BC(settings, inputs(demonstrations(observations(10), actions(10)))).before_training(network(), nothing)
    assert (said["cloning_passes"], said["demonstrated_steps"]) == (3, 10)
    assert "held_back_loss" not in said


def test_only_the_policy_is_cloned() -> None:
    """The value function's own layers stay, and so does torch's random state."""
    before, random_state = network(DISCRETE, seed=6, width=32), torch.random.get_rng_state()
    after = cloned(DISCRETE, BCSettings(passes=2))
    changed = {name for name, value in after.state_dict().items() if not value.equal(before.state_dict()[name])}
    assert changed
    assert not [name for name in changed if name.startswith("value")]
    assert torch.random.get_rng_state().equal(random_state)
    assert all(parameter.grad is None for parameter in after.parameters())


def test_the_same_seed_clones_the_same_policy() -> None:
    one, other = (cloned(DISCRETE, BCSettings(passes=2)).state_dict() for _ in range(2))
    assert all(one[name].equal(other[name]) for name in one)


def test_it_can_be_stopped_between_updates() -> None:
    calls = 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise Stopped

    with pytest.raises(Stopped):
        cloned(DISCRETE, BCSettings(), stop)
    assert calls == 5


def test_the_job_ends_with_it_unless_the_learner_shall_train_on() -> None:
    shown = inputs(demonstrations(observations(10), actions(10)))
    assert BC(BCSettings(), shown).offline
    assert not BC(BCSettings(train_on=True), shown).offline


def test_every_variation_counts_alike_however_many_steps_it_has() -> None:
    """In the same state one variation shows action 1 in 10 steps and another action 2 in 190: both become as likely."""
    seen, variation = torch.ones(200, 3), torch.tensor([0] * 10 + [1] * 190)
    shown = demonstrations(seen, torch.where(variation == 0, 1, 2), variation)
    student = network()
    BC(BCSettings(passes=60, held_back=0, learning_rate=0.01), inputs(shown)).before_training(student, nothing)
    probability = student.policy_parameters(seen[:1]).softmax(-1).detach()[0]
    assert probability[1].item() == pytest.approx(0.5, abs=0.05)
    assert probability[2].item() == pytest.approx(0.5, abs=0.05)
