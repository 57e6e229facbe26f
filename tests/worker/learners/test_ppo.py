"""PPO: gradients, learning, exact keeping, the three ways to start from another's checkpoint."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.worker.envs.base import State, Step
from gsl.worker.experience import Rollout
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners import Overrides
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.nets.distributions import Categorical
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Actions, Spaces

CPU = torch.device("cpu")


def spaces(shape: tuple[int, ...] = (3,)) -> Spaces:
    return Spaces(shape, Actions("discrete", 4))


def settings(network: Network | None = None, **changes: Any) -> PPOSettings:
    small: dict[str, Any] = {"network": network or MLP(width=16), "device": "cpu", "num_envs": 8, "num_steps": 16,
                             "num_minibatches": 4, "update_epochs": 2}  # fmt: skip
    return PPOSettings(**(small | changes))


def learner(seed: int = 1, shape: tuple[int, ...] = (3,), **changes: Any) -> PPO:
    return PPO(settings(**changes), spaces(shape), seed, CPU)


def rollout(seed: int = 0, shape: tuple[int, ...] = (3,)) -> Rollout:
    generator = torch.Generator().manual_seed(seed)

    def normal(*size: int) -> torch.Tensor:
        return torch.randn(size, generator=generator)

    return Rollout(
        observation=normal(16, 8, *shape), action=torch.randint(4, (16, 8), generator=generator),
        log_prob=normal(16, 8) * 0.1 - 1.4, value=normal(16, 8), reward=normal(16, 8),
        done=torch.rand(16, 8, generator=generator) < 0.1, variation=torch.zeros(16, 8, dtype=torch.int64),
        next_observation=normal(8, *shape),
    )  # fmt: skip


def weights(ppo: PPO) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in ppo.network.state_dict().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def batch(samples: int, shape: tuple[int, ...], *, pictures: bool = False) -> Batch:
    generator = torch.Generator().manual_seed(3)
    seen = torch.randint(256, (samples, *shape), generator=generator, dtype=torch.uint8)
    return Batch(
        observation=seen if pictures else torch.randn(samples, *shape, generator=generator),
        action=torch.randint(4, (samples,), generator=generator),
        log_prob=torch.full((samples,), -1.4),
        value=torch.randn(samples, generator=generator),
        advantage=torch.randn(samples, generator=generator),
        returns=torch.randn(samples, generator=generator),
    )


@pytest.mark.parametrize(
    ("network", "shape"), [(MLP(width=16), (3,)), (SmallCNN(channels=4, width=16), (64, 64, 3)),
                           (Impala(channels=(4, 8), width=16), (32, 32, 3))],
)  # fmt: skip
def test_micro_batches_add_up_to_the_minibatch(network: Network, shape: tuple[int, ...]) -> None:
    whole = PPO(settings(network, micro_batch=64), spaces(shape), 1, CPU)
    parts = PPO(settings(network, micro_batch=12), spaces(shape), 1, CPU)
    samples = batch(40, shape, pictures=len(shape) == 3)
    said_whole, said_parts = whole.accumulate_gradients(samples), parts.accumulate_gradients(samples)
    for a, b in zip(whole.network.parameters(), parts.network.parameters(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        torch.testing.assert_close(b.grad, a.grad, rtol=1e-4, atol=1e-6)
    assert said_parts == pytest.approx(said_whole, rel=1e-4, abs=1e-6)


def test_losses_by_hand() -> None:
    """One sample whose ratio 2 is clipped to 1.2, value error 3 unclipped and 3.8 clipped, a uniform policy of four."""
    sample = Batch(
        observation=torch.zeros(1, 3), action=torch.tensor([1]), log_prob=torch.tensor([0.25]).log() - np.log(2),
        value=torch.tensor([0.0]), advantage=torch.tensor([3.0]), returns=torch.tensor([4.0]),
    )  # fmt: skip
    losses, said = compute_losses(Categorical(torch.zeros(1, 4)), torch.tensor([1.0]), sample, settings(), ent_coef=0.1)
    assert losses.policy.item() == pytest.approx(-3.0 * 1.2)
    assert losses.value.item() == pytest.approx(0.5 * 3.8**2)
    assert losses.entropy.item() == pytest.approx(np.log(4))
    assert losses.total.item() == pytest.approx(-3.6 - 0.1 * np.log(4) + 0.5 * 0.5 * 3.8**2, abs=1e-5)
    assert said["clip_fraction"].item() == 1.0


def test_values_of_a_network_of_their_own_come_when_they_are_needed() -> None:
    """Vectors: not with the decision, and the update is the same as if they had. Pictures: with the decision."""
    ppo, seen = learner(1), rollout()
    assert ppo.decide(seen.observation[0].numpy()).value is None
    given = replace(seen, value=ppo.network.values(seen.observation.flatten(0, 1)).detach().reshape(16, 8))
    other = learner(1)
    assert ppo.update(replace(seen, value=None)) == other.update(given)
    assert same(weights(ppo), weights(other))
    picture = np.zeros((8, 64, 64, 3), np.uint8)
    pictures = PPO(settings(SmallCNN(channels=4, width=16)), spaces((64, 64, 3)), 1, CPU)
    assert pictures.decide(picture).value is not None


def test_same_seed_same_numbers() -> None:
    first, second, other = learner(1), learner(1), learner(2)
    for ppo in (first, second, other):
        ppo.update(rollout())
    assert same(weights(first), weights(second))
    assert not same(weights(first), weights(other))
    seen = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    assert first.decide(seen).action.tolist() == second.decide(seen).action.tolist()


def test_making_a_learner_leaves_torchs_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    learner()
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("network", [MLP(width=16), SmallCNN(channels=4, width=16)])
def test_goes_on_exactly_from_a_file(tmp_path: Path, network: Network) -> None:
    shape = (3,) if network.name == "mlp" else (64, 64, 3)
    undisturbed = PPO(settings(network), spaces(shape), 1, CPU)
    undisturbed.update(as_seen(rollout(0, shape)))
    save(tmp_path / "learner", undisturbed.state())
    resumed = PPO(settings(network), spaces(shape), 99, CPU)
    resumed.restore(load(tmp_path / "learner"))
    for ppo in (undisturbed, resumed):
        ppo.update(as_seen(rollout(1, shape)))
    assert same(weights(undisturbed), weights(resumed))
    seen = as_seen(rollout(2, shape)).next_observation.numpy()
    assert undisturbed.decide(seen).action.tolist() == resumed.decide(seen).action.tolist()


def as_seen(gathered: Rollout) -> Rollout:
    """With uint8 pictures in place of normal numbers where observations are pictures."""
    if gathered.observation.dim() == 3:
        return gathered
    names = ("observation", "next_observation")
    pictures = {name: (getattr(gathered, name).abs() * 80).to(torch.uint8) for name in names}
    return Rollout(**(vars(gathered) | pictures))


def trained(seed: int = 1) -> PPO:
    ppo = learner(seed)
    ppo.update(rollout())
    return ppo


def test_a_clone_has_policy_value_and_optimiser() -> None:
    source, clone = trained(), learner(2)
    clone.clone(source.state())
    assert same(weights(source), weights(clone))
    moments, cloned = source.state()["adam"], clone.state()["adam"]
    assert moments.keys() == cloned.keys()
    assert all(torch.equal(moments[name]["exp_avg_sq"], cloned[name]["exp_avg_sq"]) for name in moments)
    assert not torch.equal(source.state()["acting"], clone.state()["acting"])


def test_a_fresh_head_forgets_the_policys_last_layer_alone() -> None:
    source, clone = trained(), learner(2)
    clone.clone(source.state(), fresh_head=True)
    differing = {name for name, value in weights(source).items() if not torch.equal(value, weights(clone)[name])}
    assert differing == {"policy_head.weight", "policy_head.bias"}
    missing = source.state()["adam"].keys() - clone.state()["adam"].keys()
    assert missing == {"policy_head.weight", "policy_head.bias"}
    logits = clone.network.policy_parameters(torch.randn(5, 3))
    assert logits.softmax(-1).sub(0.25).abs().max() < 0.05


def test_a_state_of_another_network_is_refused() -> None:
    with pytest.raises(RuntimeError, match="bodies"):
        learner().clone(PPO(settings(MLP(width=8)), spaces((3,)), 1, CPU).state())


def test_overrides_and_annealing() -> None:
    ppo = PPO(settings(anneal_lr=True), spaces((3,)), 1, CPU, Overrides(ent_coef=0.5, learning_rate=0.1))
    assert ppo.ent_coef == 0.5
    assert ppo.update(rollout(), progress=0.75)["learning_rate"] == pytest.approx(0.025)


def test_target_kl_ends_the_updates() -> None:
    stopped, free = learner(target_kl=1e-9), learner()
    stopped.update(rollout())
    free.update(rollout())
    steps = stopped.state()["adam"]["policy_head.weight"]["step"], free.state()["adam"]["policy_head.weight"]["step"]
    assert steps[0] < steps[1]


class Identity:
    """Reward 1 for doing what the observation names; one-hot of four, episodes of eight steps."""

    num_envs = 8
    actions = Actions("discrete", 4)
    observation_shape: tuple[int, ...] = (4,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self) -> None:
        self.variation = np.zeros(8, np.int64)
        self._rng, self._steps = np.random.default_rng(0), 0

    def reset(self) -> NDArray[Any]:
        self._named = self._rng.integers(4, size=8)
        seen: NDArray[Any] = np.eye(4, dtype=np.float32)[self._named]
        return seen

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        reward = (actions == self._named).astype(np.float32)
        self._steps += 1
        done = np.full(8, self._steps % 8 == 0)
        return Step(self.reset(), reward, done, self.variation, None)

    def state(self) -> State:
        return {}

    def restore(self, state: State) -> NDArray[Any]:
        return self.reset()

    def close(self) -> None:
        """Nothing to free."""


def test_learns_the_identity() -> None:
    ppo = PPO(settings(num_steps=32, learning_rate=5e-3, update_epochs=4), spaces((4,)), 1, CPU)
    loop = EnvRunner(Identity())
    for _ in range(20):
        gathered, episodes = collect(loop, ppo, 32, lambda: None)
        ppo.update(gathered)
    assert episodes.mean_return is not None
    assert episodes.mean_return > 7.5
