"""Learners that act and learn as one: each as when alone, apart from rounding, and none of the others' business."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP, SmallCNN
from gsl.worker.experience import Rollout
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_population import PPOPopulation
from gsl.worker.spaces import Actions, Spaces
from tests.worker.learners.rollouts import CONTINUOUS, DISCRETE, PICTURE, VECTOR, made_up
from tests.worker.learners.states import leaves, same

CPU = torch.device("cpu")
SETTINGS = PPOSettings(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=4)
MEMBERS = 3


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a trainer with a network for vectors."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def learners(settings: PPOSettings = SETTINGS, actions: Actions = DISCRETE, device: torch.device = CPU) -> list[PPO]:
    return [PPO(settings, Spaces(VECTOR, actions, (0, 1)), seed, device) for seed in range(MEMBERS)]


def rollouts(actions: Actions = DISCRETE, first: int = 0) -> list[Rollout]:
    spaces = Spaces(VECTOR, actions)
    return [replace(made_up(spaces, seed), value=None) for seed in range(first, first + MEMBERS)]


def update(population: PPOPopulation, given: Sequence[Rollout]) -> list[dict[str, float]]:
    return population.update(given, progress=[0.25] * len(given), on_step=lambda _: True)


def assert_close(one: PPO, other: PPO, abs: float = 1e-5) -> None:
    ours, theirs = leaves(one.state()), leaves(other.state())
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        np.testing.assert_allclose(on_cpu(value), on_cpu(theirs[name]), rtol=1e-5, atol=abs, err_msg=name)


def on_cpu(value: Any) -> Any:
    return np.asarray(value.cpu() if isinstance(value, torch.Tensor) else value)


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "scaled": {"popart": True, "norm_reward": False, "critic_layer_norm": True},
    "bounded": {"target_kl": 2e-4, "anneal_lr": True, "clip_vloss": False},
}


@pytest.mark.parametrize("actions", [DISCRETE, CONTINUOUS], ids=["discrete", "continuous"])
@pytest.mark.parametrize("options", OPTIONS)
def test_each_acts_and_learns_as_when_alone(actions: Actions, options: str) -> None:
    settings = SETTINGS.model_copy(update=OPTIONS[options])
    alone, together = learners(settings, actions), learners(settings, actions)
    population = PPOPopulation(together)
    for epoch in range(2):
        given = rollouts(actions, first=10 * epoch)
        seen = [one.next_observation.numpy() for one in given]
        decided = population.decide(seen)
        learned = update(population, given)
        for member, one in enumerate(alone):
            decision = one.decide(seen[member])
            np.testing.assert_allclose(decided[member].action, decision.action, atol=1e-5)
            np.testing.assert_allclose(decided[member].log_prob, decision.log_prob, atol=1e-5)
            metrics = one.update(given[member], progress=0.25)
            assert learned[member] == pytest.approx(metrics, rel=1e-3, abs=1e-4)
            assert_close(together[member], one)


def test_one_that_diverges_leaves_the_others() -> None:
    usual, beside = learners(), learners()
    update(PPOPopulation(usual), rollouts())
    beside[1].network.value_head.bias.data.fill_(float("nan"))
    learned = update(PPOPopulation(beside), rollouts())
    assert np.isnan(learned[1]["value_loss"])
    assert [same(one.state(), other.state()) for one, other in zip(usual, beside, strict=True)] == [True, False, True]


def test_one_that_stops_within_an_update_keeps_its_weights_and_leaves_the_others() -> None:
    usual, beside = learners(), learners()
    update(PPOPopulation(usual), rollouts())
    before = beside[2].state()["network"]
    PPOPopulation(beside).update(rollouts(), progress=[0.25] * MEMBERS, on_step=lambda member: member != 2)
    assert same(beside[2].state()["network"], before)
    assert [same(one.state(), other.state()) for one, other in zip(usual, beside, strict=True)] == [True, True, False]


def test_a_saved_population_goes_on_to_the_last_bit() -> None:
    undisturbed, resumed = learners(), learners()
    population = PPOPopulation(undisturbed)
    update(population, rollouts())
    for one, other in zip(undisturbed, resumed, strict=True):
        other.restore(one.state())
    update(population, rollouts(first=5))
    update(PPOPopulation(resumed), rollouts(first=5))
    assert all(same(one.state(), other.state()) for one, other in zip(undisturbed, resumed, strict=True))


def test_a_member_can_leave_and_go_on_alone() -> None:
    alone, member = learners()[0], learners()
    update(PPOPopulation(member), rollouts())
    update(PPOPopulation(member[1:]), rollouts(first=5)[1:])
    for given in (rollouts()[0], rollouts(first=5)[0]):
        alone.update(given, progress=0.25)
    member[0].update(rollouts(first=5)[0], progress=0.25)
    assert_close(member[0], alone)


def test_networks_that_cannot_be_one_are_refused() -> None:
    wide = PPO(SETTINGS.model_copy(update={"network": MLP(width=8)}), Spaces(VECTOR, DISCRETE), 1, CPU)
    with pytest.raises(ValueError, match="shape"):
        PPOPopulation([*learners(), wide])
    settings = SETTINGS.model_copy(update={"network": SmallCNN(channels=4, width=8)})
    with pytest.raises(ValueError, match="vectors"):
        PPOPopulation([PPO(settings, Spaces(PICTURE, DISCRETE), 1, CPU)])


@pytest.mark.gpu
@pytest.mark.parametrize("actions", [DISCRETE, CONTINUOUS], ids=["discrete", "continuous"])
def test_each_learns_on_a_gpu_as_when_alone(actions: Actions) -> None:
    cuda = torch.device("cuda")
    alone, together = learners(actions=actions, device=cuda), learners(actions=actions, device=cuda)
    population, given = PPOPopulation(together), rollouts(actions)
    decided = population.decide([one.next_observation.numpy() for one in given])
    update(population, given)
    for member, one in enumerate(alone):
        decision = one.decide(given[member].next_observation.numpy())
        np.testing.assert_allclose(decided[member].action, decision.action, atol=1e-4)
        one.update(given[member], progress=0.25)
        assert_close(together[member], one, abs=1e-3)
