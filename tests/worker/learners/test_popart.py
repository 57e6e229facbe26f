"""PopArt: outputs stay when scales change, each variation on its own scale, exact keeping, and what it is for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP, Network, SmallCNN
from gsl.worker.experience import Rollout
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners.on_policy import explained_variance
from gsl.worker.learners.popart import PopArt, picked
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_losses import Batch
from gsl.worker.nets import make_network
from gsl.worker.spaces import Spaces
from tests.worker.learners.rollouts import DISCRETE, PICTURE, VECTOR, made_up
from tests.worker.learners.states import same

CPU = torch.device("cpu")
LOW, HIGH = 7, 3000
"""Ids of two variations; the second's returns are a thousand times the first's."""


def learner(network: Network | None = None, shape: tuple[int, ...] = VECTOR, **changes: Any) -> PPO:
    small: dict[str, Any] = {
        "network": network or MLP(width=32), "device": "cpu", "num_envs": 8, "num_steps": 16, "num_minibatches": 4,
        "popart": True, "norm_reward": False, "learning_rate": 3e-3, "gamma": 0.9,
    }  # fmt: skip
    return PPO(PPOSettings(**(small | changes)), Spaces(shape, DISCRETE, (LOW, HIGH)), 1, CPU)


def of_two(seed: int, shape: tuple[int, ...] = VECTOR) -> Rollout:
    """Half of the slots play each of the two variations, whose rewards follow the first number that is seen."""
    rollout = made_up(Spaces(shape, DISCRETE), seed)
    variation = torch.tensor([LOW, HIGH]).repeat(16, 4)
    scale = torch.where(variation == HIGH, 1000.0, 1.0)
    seen = rollout.observation.flatten(2)[..., 0].float()
    done = torch.ones(16, 8, dtype=torch.bool)
    return replace(
        rollout, variation=variation, reward=scale * (5 + seen), value=None, done=done, truncated=None,
        final_observation=None,
    )  # fmt: skip


def samples(returns: torch.Tensor) -> Batch:
    nothing = torch.zeros_like(returns)
    return Batch(nothing, nothing, nothing, nothing, returns.clone(), returns)


def test_values_stay_when_scales_change() -> None:
    """Of all heads, on all states, to 1e-5 of a variation's deviation."""
    network = make_network(MLP(width=16), Spaces((3,), DISCRETE), 0, values=3)
    popart, seen, generator = PopArt((2, 5, 9), 0.3), torch.randn(50, 3), torch.Generator().manual_seed(0)
    variation = torch.tensor([2, 5, 9]).repeat_interleave(40)
    scale = torch.tensor([0.01, 1.0, 1000.0]).repeat_interleave(40)

    def values() -> torch.Tensor:
        with torch.no_grad():
            said = network.values(seen)
        return torch.stack([popart.values(said, torch.full((50,), each)) for each in (2, 5, 9)])

    popart.learn(samples(scale * torch.randn(120, generator=generator)), variation, network.value_head)
    for growth in (3.0, 0.2, 50.0):
        before, deviation = values(), popart.deviation
        popart.learn(
            samples(growth * scale * (2 + torch.randn(120, generator=generator))), variation, network.value_head
        )
        assert (popart.deviation / deviation - 1).abs().min() > 0.05
        assert ((values() - before).abs() / popart.deviation[:, None]).max() < 1e-5


def test_scales_by_hand() -> None:
    """Rate 0.5. First epoch: returns 1 and 3, mean 2, deviation 1. Second: 4 and 8 (mean 6, mean square 40).

    mean = 2 + .5 x 4 = 4; square = 5 + .5 x 35 = 22.5; deviation = sqrt(6.5). Variation 1 is not played: 0 and 1.
    """
    popart, layer = PopArt((0, 1), 0.5), torch.nn.Linear(1, 2)
    played = torch.zeros(2, dtype=torch.int64)
    first = popart.learn(samples(torch.tensor([1.0, 3.0])), played, layer)
    assert first.returns.tolist() == [-1.0, 1.0]
    second = popart.learn(samples(torch.tensor([4.0, 8.0])), played, layer)
    torch.testing.assert_close(second.returns, torch.tensor([0.0, 4.0]) / 6.5**0.5)
    torch.testing.assert_close(second.advantage, torch.tensor([4.0, 8.0]) / 6.5**0.5)
    assert popart.mean.tolist() == [4.0, 0.0]
    torch.testing.assert_close(popart.deviation, torch.tensor([6.5**0.5, 1.0], dtype=torch.float64))
    assert second.head is not None
    assert second.head.tolist() == [0, 0]


def test_a_time_limit_earns_the_value_of_its_own_variation() -> None:
    """Both slots are cut off seeing the same; gamma 0.9. Scales: 0 and 1, 100 and 1000; both heads say 2."""
    ppo = learner(num_envs=2, num_steps=1, num_minibatches=1, gamma=0.9, update_epochs=1)
    assert ppo._popart is not None
    ppo._popart.mean[1], ppo._popart._square[1] = 100.0, 1000.0**2 + 100.0**2
    ppo._popart._epochs[:] = 10**9
    with torch.no_grad():
        ppo.network.value_head.weight.zero_()
        ppo.network.value_head.bias.fill_(2.0)
    cut = torch.ones(1, 2, dtype=torch.bool)
    rollout = replace(
        made_up(Spaces((3,), DISCRETE)), observation=torch.zeros(1, 2, 3), action=torch.zeros(1, 2, dtype=torch.int64),
        log_prob=torch.zeros(1, 2), value=None, reward=torch.ones(1, 2), done=cut, truncated=cut,
        variation=torch.tensor([[LOW, HIGH]]), next_observation=torch.zeros(2, 3),
        final_observation=torch.zeros(2, 3),
    )  # fmt: skip
    ppo.update(rollout)
    torch.testing.assert_close(ppo.advantage, torch.tensor([1 + 0.9 * 2 - 2, 1 + 0.9 * 2100 - 2100]))


def _foreseen(ppo: PPO, rollout: Rollout, variation: int) -> float:
    """Share of the variance of a variation's returns that the values foresee."""
    mine = rollout.variation == variation
    value = ppo._values(rollout.observation[mine], rollout.variation[mine])
    empty = torch.empty(0)
    return explained_variance(Batch(empty, empty, empty, value, empty, rollout.reward[mine]))


@pytest.mark.parametrize("critic_layer_norm", [False, True])
def test_values_of_both_variations_are_learned_though_one_pays_a_thousand_times_more(critic_layer_norm: bool) -> None:
    scaled = learner(critic_layer_norm=critic_layer_norm)
    one_scale = learner(popart=False, norm_reward=False, critic_layer_norm=critic_layer_norm)
    for epoch in range(40):
        scaled.update(of_two(epoch))
        one_scale.update(of_two(epoch))
    test = of_two(1000)
    assert min(_foreseen(scaled, test, variation) for variation in (LOW, HIGH)) > 0.9
    assert min(_foreseen(one_scale, test, variation) for variation in (LOW, HIGH)) < 0.1


@pytest.mark.parametrize(("network", "shape"), [(MLP(width=16), VECTOR), (SmallCNN(channels=4, width=16), PICTURE)])
def test_goes_on_exactly_from_a_file(tmp_path: Path, network: Network, shape: tuple[int, ...]) -> None:
    undisturbed, resumed = learner(network, shape), learner(network, shape)
    undisturbed.update(of_two(0, shape))
    save(tmp_path / "half.ckpt", undisturbed.state())
    resumed.restore(load(tmp_path / "half.ckpt"))
    seen = of_two(1, shape).observation[0].numpy()
    assert undisturbed.decide(seen).action.tolist() == resumed.decide(seen).action.tolist()
    assert undisturbed.update(of_two(1, shape)) == resumed.update(of_two(1, shape))
    assert same(undisturbed.state(), resumed.state())


def test_another_job_keeps_the_values_and_moves_its_scales_faster() -> None:
    generalist, specialist = learner(), learner()
    for epoch in range(20):
        generalist.update(of_two(epoch))
    specialist.clone(generalist.state(), fresh_head=True)
    test = of_two(1000)
    seen, variation = test.observation.flatten(0, 1), test.variation.flatten()
    assert torch.equal(specialist._values(seen, variation), generalist._values(seen, variation))
    rescaled = replace(of_two(30), reward=10 * of_two(30).reward)
    for ppo in (generalist, specialist):
        ppo.update(rescaled)
    assert generalist._popart is not None
    assert specialist._popart is not None
    assert (specialist._popart.mean > 1.5 * generalist._popart.mean).all()


def test_micro_batches_add_up_with_heads() -> None:
    gradients = []
    for size in (64, 12):
        ppo = learner(micro_batch=size)
        generator = torch.Generator().manual_seed(0)
        value, advantage, returns = torch.randn(3, 40, generator=generator)
        samples_of_two = Batch(
            torch.randn(40, 3, generator=generator), torch.zeros(40, dtype=torch.int64), torch.full((40,), -1.4),
            value, advantage, returns, torch.randint(2, (40,), generator=generator),
        )  # fmt: skip
        ppo.accumulate_gradients(samples_of_two)
        gradients.append([parameter.grad for parameter in ppo.network.parameters()])
    for whole, parts in zip(*gradients, strict=True):
        torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-6)


def test_each_sample_has_the_value_of_its_head() -> None:
    values = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert picked(values, torch.tensor([1, 0])).tolist() == [2.0, 3.0]
    assert picked(torch.tensor([1.0, 3.0]), torch.tensor([0, 0])).tolist() == [1.0, 3.0]


def test_foreign_variations_are_refused() -> None:
    popart = PopArt((1, 4), 0.1)
    for foreign in (0, 2, 9):
        with pytest.raises(ValueError, match="training variation"):
            popart.heads(torch.tensor([1, foreign]))
    with pytest.raises(ValueError, match="variations"):
        popart.restore(PopArt((1, 5), 0.1).state(), same_job=True)
    with pytest.raises(ValueError, match="training variations"):
        PopArt((), 0.1)
