"""SAC: what one update changes, exact keeping, the ways to start from another's checkpoint, learning."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gsl.config.learners import SAC as SACSettings
from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.worker.experience import Rollout
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners import Overrides
from gsl.worker.learners.sac import SAC
from gsl.worker.nets.squashed import SquashedGaussian
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Spaces
from tests.worker.learners.point import Point
from tests.worker.learners.rollouts import CONTINUOUS, PICTURE, VECTOR, made_up
from tests.worker.learners.states import leaves, same

CPU = torch.device("cpu")
NETWORKS: list[tuple[Network, tuple[int, ...]]] = [
            (MLP(width=16, activation="relu"), VECTOR), (SmallCNN(channels=4, width=16), PICTURE),
            (Impala(channels=(4, 4), width=16), PICTURE)]  # fmt: skip


def settings(network: Network | None = None, **changes: Any) -> SACSettings:
    small: dict[str, Any] = {"network": network or NETWORKS[0][0], "device": "cpu", "num_envs": 8, "num_steps": 16,
                             "replay_batch": 8, "warm_up": 0, "update_ratio": 0.05, "replay_size": 500}  # fmt: skip
    return SACSettings(**(small | changes))


def learner(seed: int = 1, network: Network | None = None, **changes: Any) -> SAC:
    made = settings(network, **changes)
    shape = VECTOR if made.network.name == "mlp" else PICTURE
    return SAC(made, Spaces(shape, CONTINUOUS), seed, CPU)


def rollout(seed: int = 0, shape: tuple[int, ...] = VECTOR) -> Rollout:
    return made_up(Spaces(shape, CONTINUOUS), seed)


def test_same_seed_same_numbers() -> None:
    first, second, other = learner(1), learner(1), learner(2)
    for sac in (first, second, other):
        sac.update(rollout())
    assert same(first.state(), second.state())
    assert not same(first.state()["network"], other.state()["network"])


@pytest.mark.parametrize(("network", "shape"), NETWORKS)
def test_goes_on_exactly_from_a_file(tmp_path: Path, network: Network, shape: tuple[int, ...]) -> None:
    n_step = 1 if network.name == "impala" else 3
    undisturbed = learner(1, network, n_step=n_step)
    for seed in range(5):  # 640 steps: the replay of 500 has been round once
        undisturbed.update(rollout(seed, shape))
    save(tmp_path / "learner", undisturbed.state())
    resumed = learner(99, network, n_step=n_step)
    resumed.restore(load(tmp_path / "learner"))
    for seed in range(5, 8):
        for sac in (undisturbed, resumed):
            sac.update(rollout(seed, shape))
    assert same(undisturbed.state(), resumed.state())
    seen = rollout(9, shape).next_observation.numpy()
    assert undisturbed.decide(seen).action.tolist() == resumed.decide(seen).action.tolist()


def test_an_update_moves_everything_and_the_targets_a_little() -> None:
    sac, before = learner(tau=0.25), learner().state()
    sac.update(rollout())
    after, start = sac.state(), leaves(before["network"])
    assert not [name for name, value in leaves(after["network"]).items() if torch.equal(value, start[name])]
    one = learner(tau=0.25, update_ratio=1 / 128)
    one.update(rollout())
    moved = one.state()
    for name, target in moved["target"].items():
        expected = before["target"][name].lerp(moved["network"][f"critic.{name}"], 0.25)
        assert torch.allclose(target, expected, atol=1e-7)


def test_the_policys_loss_leaves_the_body_that_reads_pictures_alone() -> None:
    sac = learner(1, NETWORKS[1][0])
    features = sac.network.critic.features(rollout(0, PICTURE).observation[0])
    sac._improve_policy(features.detach(), torch.tensor(0.2))
    assert all(parameter.grad is None for parameter in sac.network.critic.parameters())
    assert all(parameter.grad is not None for parameter in sac.network.actor_parameters())
    sac.network.policy(rollout(0, PICTURE).observation[0]).entropy().sum().backward()  # type: ignore[no-untyped-call]  # torch's
    assert next(sac.network.critic.body.parameters()).grad is not None


def test_acts_at_random_until_warm_and_learns_from_then_on() -> None:
    sac = learner(warm_up=256)
    seen = np.zeros((1000, 3), np.float32)
    first = sac.decide(seen)
    assert np.abs(np.histogram(first.action, 10, (-1, 1))[0] / 2000 - 0.1).max() < 0.03
    assert first.log_prob[0].item() == pytest.approx(-2 * np.log(2))
    assert "critic_loss" not in sac.update(rollout(0))
    assert "critic_loss" in sac.update(rollout(1))
    assert len(np.unique(sac.decide(seen).log_prob)) > 1


def test_fractions_of_updates_are_owed() -> None:
    """128 steps at 0.02 are 2.56 updates: 2, then 3, 2, 3."""
    sac, done = learner(update_ratio=0.02), list[int]()
    for seed in range(4):
        calls: list[None] = []
        sac.update(rollout(seed), on_step=lambda calls=calls: calls.append(None))  # type: ignore[misc]  # a default binds it
        done.append(len(calls))
    assert done == [2, 3, 2, 3]


def test_rewards_pass_through_the_guide() -> None:
    class Ten:
        policy_weight = 1.0

        def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
            assert observation.shape == (16, 3)  # windows of two steps
            return torch.full_like(reward, 10.0)

        def loss(self, network: Any, context: Any) -> None:
            raise AssertionError("SAC does not honour this hook")

    sac = learner(n_step=2)
    sac._replay.add(rollout())
    drawn = sac._draw(Ten().reward)
    assert {round(reward, 3) for reward in drawn.reward.tolist()} <= {10.0, 19.9}


def test_a_clone_has_all_but_the_replay() -> None:
    source, clone = learner(), learner(2, warm_up=10)
    source.update(rollout())
    clone.clone(source.state())
    for name in ("network", "target", "adam"):
        assert same(source.state()[name], clone.state()[name])
    assert len(clone._replay) == 0
    assert not same({"acting": source.state()["acting"]}, {"acting": clone.state()["acting"]})
    assert len(np.unique(clone.decide(np.zeros((9, 3), np.float32)).log_prob)) > 1, "it acts by its policy at once"


def test_a_fresh_head_forgets_the_policys_last_layer_and_the_temperature() -> None:
    source, clone = learner(), learner(2)
    source.update(rollout())
    clone.clone(source.state(), fresh_head=True)
    theirs, ours = source.state(), clone.state()
    new = {"policy_head.weight", "policy_head.bias", "log_temperature"}
    assert {name for name, value in theirs["network"].items() if not torch.equal(value, ours["network"][name])} == new
    assert theirs["adam"]["actor"].keys() - ours["adam"]["actor"].keys() == new
    assert same(theirs["target"], ours["target"])


def test_each_variation_has_a_temperature_of_its_own(tmp_path: Path) -> None:
    """Of variations 4, 6 and 9, the last is never played. What is kept continues exactly."""
    seen, made = Spaces(VECTOR, CONTINUOUS, variations=(4, 6, 9)), settings(temperature_per_variation=True)
    sac, other = (SAC(made, seen, seed, CPU) for seed in (1, 2))
    played = replace(rollout(), variation=torch.tensor([4, 6]).repeat(16, 4))
    sac.update(played)
    temperatures = sac.network.log_temperature.detach().exp()
    assert temperatures[2] == pytest.approx(made.temperature)
    assert len(set(temperatures.tolist())) == 3
    save(tmp_path / "a.ckpt", sac.state())
    other.restore(load(tmp_path / "a.ckpt"))
    assert sac.update(played) == other.update(played)
    assert same(sac.state()["network"], other.state()["network"])
    assert sac.handed_on()["variation"].unique().tolist() == [4, 6]


def test_a_learning_rate_of_ones_own_and_a_fixed_temperature() -> None:
    made = settings(tune_temperature=False, temperature=0.5)
    sac = SAC(made, Spaces(VECTOR, CONTINUOUS), 1, CPU, Overrides(learning_rate=0.1))
    said = sac.update(rollout())
    assert said["learning_rate"] == 0.1
    assert said["temperature"] == pytest.approx(0.5)


def test_gradient_norms_are_those_of_what_moved() -> None:
    """Torch's own norm of the gradients that the only update left; the temperature's is not the policy's."""
    sac = learner(update_ratio=1 / 128)
    said = sac.update(rollout())
    left = {
        "critic_grad_norm": sac.network.critic.parameters(),
        "policy_grad_norm": sac.network.actor_parameters(),
    }
    for name, parameters in left.items():
        norm = torch.nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None])
        assert said[name] == pytest.approx(norm.item(), rel=1e-5)
        assert said[name] > 0


def test_a_guide_finds_a_policy_with_its_density() -> None:
    sac = learner()
    policy = sac.network.policy(rollout().next_observation)
    assert isinstance(policy, SquashedGaussian)
    assert policy.log_prob(torch.ones(8, 2)).shape == policy.entropy().shape == policy.kl(policy).shape == (8,)
    parameters, value = sac.network(rollout().next_observation)
    assert parameters.shape == (8, 4)
    assert value.shape == (8,)


def test_learns_to_point() -> None:
    made = settings(MLP(width=32, activation="relu"), warm_up=128, update_ratio=0.2, replay_batch=64,
                    learning_rate=1e-2, gamma=0.5, replay_size=4000)  # fmt: skip
    sac, loop = SAC(made, Spaces((1,), Point.actions), 1, CPU), EnvRunner(Point())
    for _ in range(8):
        gathered, _ = collect(loop, sac, 16, lambda: None)
        sac.update(gathered)
    seen = np.linspace(-0.8, 0.8, 9, dtype=np.float32)[:, None]
    assert np.abs(sac.policy(deterministic=True, seed=0)(seen) - seen).mean() < 0.15
