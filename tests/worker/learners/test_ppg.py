"""PPG: losses by hand, what each phase moves, micro-batches, exact keeping, the ways to start from another's."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gsl.config.learners import PPG as PPGSettings
from gsl.config.networks import MLP, Network, SmallCNN
from gsl.worker.experience import LossContext, Rollout
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners import Overrides
from gsl.worker.learners.ppg import PPG
from gsl.worker.learners.ppg_losses import Pass, auxiliary_loss, phase_loss
from gsl.worker.learners.ppg_phase import Phase
from gsl.worker.learners.ppo_losses import Batch, Losses
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.distributions import Categorical, Gaussian
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Actions, Spaces
from tests.worker.learners.rollouts import CONTINUOUS, DISCRETE, PICTURE, VECTOR, made_up
from tests.worker.learners.states import same
from tests.worker.learners.test_ppo import Identity

CPU = torch.device("cpu")
BOTH = Pass(policy=True, value=True, vf_coef=0.5, ent_coef=0.01)


def learner(seed: int = 1, spaces: Spaces | None = None, network: Network | None = None, **changes: Any) -> PPG:
    small: dict[str, Any] = {"network": network or MLP(width=16), "device": "cpu", "num_envs": 8, "num_steps": 16,
                             "num_minibatches": 4, "n_pi": 2, "e_aux": 2, "aux_rollouts": 4}  # fmt: skip
    return PPG(PPGSettings(**(small | changes)), spaces or Spaces(VECTOR, DISCRETE), seed, CPU)


def weights(ppg: PPG) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in ppg.network.state_dict().items()}


def moved(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    """Layers that differ."""
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


def test_phase_loss_by_hand() -> None:
    """Half of (4 - 0.1 x 3), + 2 x 5, and its parts."""
    losses = Losses(*(torch.tensor(figure) for figure in (4.0, 5.0, 3.0, float("nan"))))
    parts = {"vf_coef": 2.0, "ent_coef": 0.1, "policy_weight": 0.5}
    assert phase_loss(losses, Pass(True, True, **parts)).item() == pytest.approx(11.85)
    assert phase_loss(losses, Pass(True, False, **parts)).item() == pytest.approx(1.85)
    assert phase_loss(losses, Pass(False, True, **parts)).item() == pytest.approx(10.0)


def test_auxiliary_loss_by_hand() -> None:
    """Errors (1, 3) and (0, 2): 2.5 + 1; KL of (3/4, 1/4) from a half each: ln(3/4 x 2) 3/4 + ln(1/4 x 2) 1/4."""
    old, new = Categorical(torch.tensor([[3.0, 1.0]]).log().expand(2, 2)), Categorical(torch.zeros(2, 2))
    values, returns = torch.tensor([[1.0, 3.0], [2.0, 2.0]]), torch.tensor([2.0, 0.0])
    loss, said = auxiliary_loss(values, returns, old, new, beta_clone=2.0)
    divergence = 0.75 * torch.tensor(1.5).log() + 0.25 * torch.tensor(0.5).log()
    assert said["clone_kl"].item() == pytest.approx(divergence.item())
    assert said["auxiliary_value_loss"].item() == pytest.approx(2.5)
    assert loss.item() == pytest.approx(2.5 + 1.0 + 2 * divergence.item())


def test_clone_loss_of_a_gaussian_by_hand() -> None:
    """Means 0 and 1, deviations 1 and 2: ln 2 + (1 + 1) / 8 - 1/2, from the old to the new."""
    old = Gaussian(torch.zeros(1, 1), torch.zeros(1, 1))
    new = Gaussian(torch.ones(1, 1), torch.full((1, 1), 2.0).log())
    loss, _ = auxiliary_loss(torch.zeros(1, 1), torch.zeros(1), old, new, beta_clone=1.0)
    assert loss.item() == pytest.approx(torch.tensor(2.0).log().item() + 0.25 - 0.5)


@pytest.mark.parametrize("shared", [False, True])
def test_the_policys_features_learn_values_in_the_auxiliary_phase_alone(shared: bool) -> None:
    ppg, rollout = learner(shared=shared, n_pi=1), made_up(Spaces(VECTOR, DISCRETE))
    observation, returns = rollout.observation.flatten(0, 1), torch.ones(128)
    _, value = ppg.network(observation)
    value.sum().backward()
    assert all(parameter.grad is None for parameter in ppg.network.policy_body.parameters())
    old = ppg.network.policy_parameters(observation).detach()
    ppg.network.zero_grad()
    ppg.accumulate_auxiliary_gradients(observation, returns, old)
    grads = {name.split(".")[0]: parameter.grad for name, parameter in ppg.network.named_parameters()}
    assert all(grad is not None and grad.abs().sum() > 0 for name, grad in grads.items() if name != "policy_head")
    assert grads["policy_head"] is not None
    assert grads["policy_head"].abs().max() < 1e-6, "it still is what it was"


def test_a_phase_ends_after_its_epochs() -> None:
    ppg, spaces = learner(n_pi=3), Spaces(VECTOR, DISCRETE)
    ended = ["clone_kl" in ppg.update(made_up(spaces, seed)) for seed in range(7)]
    assert ended == [False, False, True, False, False, True, False]
    steps = {name: int(ppg.state()[name]["policy_head.weight"]["step"]) for name in ("adam", "auxiliary_adam")}
    assert steps == {"adam": 7 * 4, "auxiliary_adam": 2 * 2 * 3 * 128 // 64}


def test_passes_of_policy_and_value_are_counted_apart() -> None:
    ppg = learner(e_pi=1, e_v=3, n_pi=32)
    ppg.update(made_up(Spaces(VECTOR, DISCRETE)))
    steps = {name: int(moments["step"]) for name, moments in ppg.state()["adam"].items()}
    assert steps["policy_head.weight"] == steps["policy_body.0.weight"] == 4
    assert steps["value_head.weight"] == steps["value_body.0.weight"] == 12
    assert "auxiliary_head.weight" not in steps


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("spaces", "network"),
    [(Spaces(VECTOR, CONTINUOUS), MLP(width=16)), (Spaces(PICTURE, DISCRETE), SmallCNN(channels=4, width=16))],
)
def test_micro_batches_add_up_to_the_minibatch(spaces: Spaces, network: Network, shared: bool) -> None:
    rollout = made_up(spaces)
    observation, returns = rollout.observation.flatten(0, 1), rollout.reward.flatten()
    gradients = []
    for size in (128, 48):
        ppg = learner(1, spaces, network, shared=shared, micro_batch=size)
        old = torch.full((128, ppg.network.policy_parameters(observation[:1]).shape[1]), 0.1)
        ppg.accumulate_auxiliary_gradients(observation, returns, old)
        ppg.accumulate_gradients(everything(rollout), BOTH)
        gradients.append([parameter.grad for parameter in ppg.network.parameters()])
    for whole, parts in zip(*gradients, strict=True):
        assert whole is not None
        assert parts is not None
        assert torch.allclose(whole, parts, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("spaces", "network"),
    [(Spaces(VECTOR, CONTINUOUS), MLP(width=16)), (Spaces(PICTURE, DISCRETE), SmallCNN(channels=4, width=16))],
)
def test_goes_on_exactly_from_a_file(tmp_path: Path, spaces: Spaces, network: Network, shared: bool) -> None:
    """In the middle of a phase."""
    undisturbed = learner(1, spaces, network, shared=shared)
    for seed in range(3):
        undisturbed.update(made_up(spaces, seed))
    save(tmp_path / "learner", undisturbed.state())
    resumed = learner(99, spaces, network, shared=shared)
    resumed.restore(load(tmp_path / "learner"))
    for ppg in (undisturbed, resumed):
        assert "clone_kl" in ppg.update(made_up(spaces, 3))
    assert same(undisturbed.state(), resumed.state())
    seen = made_up(spaces, 9).next_observation.numpy()
    assert undisturbed.decide(seen).action.tolist() == resumed.decide(seen).action.tolist()


def test_a_phase_keeps_pictures_as_bytes() -> None:
    phase, pictures = Phase(2, 3), torch.randint(256, (3, 4, 4, 3), dtype=torch.uint8)
    phase.add(pictures, torch.arange(3.0))
    seen, returns = phase.take(torch.tensor([2, 0]), CPU)
    assert seen.dtype == torch.uint8
    assert torch.equal(seen, pictures[[2, 0]])
    assert returns.tolist() == [2.0, 0.0]
    with pytest.raises(ValueError, match=r"4.*3"):
        phase.add(torch.zeros(4, 4, 4, 3, dtype=torch.uint8), torch.zeros(4))


def everything(rollout: Rollout) -> Batch:
    """A minibatch of everything, with made-up advantages."""
    assert rollout.value is not None
    columns = (rollout.observation, rollout.action, rollout.log_prob, rollout.value, rollout.reward, rollout.reward)
    return Batch(*(column.flatten(0, 1) for column in columns))


def test_same_seed_same_numbers() -> None:
    first, second, other = learner(1), learner(1), learner(2)
    for ppg in (first, second, other):
        ppg.update(made_up(Spaces(VECTOR, DISCRETE)))
    assert same(first.state(), second.state())
    assert not same(first.state()["network"], other.state()["network"])


def test_a_clone_begins_a_phase_with_all_but_its_experience() -> None:
    source, clone = learner(), learner(2)
    for seed in range(3):
        source.update(made_up(Spaces(VECTOR, DISCRETE), seed))
    clone.clone(source.state())
    for name in ("network", "adam", "auxiliary_adam"):
        assert same(source.state()[name], clone.state()[name])
    assert len(source._phase) == 128
    assert len(clone._phase) == 0
    assert not torch.equal(source.state()["acting"], clone.state()["acting"])


def test_a_fresh_head_forgets_the_policys_last_layer_alone() -> None:
    source, clone = learner(), learner(2)
    for seed in range(2):
        source.update(made_up(Spaces(VECTOR, DISCRETE), seed))
    clone.clone(source.state(), fresh_head=True)
    assert moved(weights(source), weights(clone)) == {"policy_head"}
    for name in ("adam", "auxiliary_adam"):
        missing = source.state()[name].keys() - clone.state()[name].keys()
        assert missing == {"policy_head.weight", "policy_head.bias"}


def test_overrides_apply() -> None:
    spaces = Spaces(VECTOR, DISCRETE)
    made = PPG(learner().settings, spaces, 1, CPU, Overrides(ent_coef=0.5, learning_rate=0.1))
    assert made.ent_coef == 0.5
    assert made.update(made_up(spaces))["learning_rate"] == 0.1


class Doubling:
    """Doubles rewards, takes all weight from the policy's loss, adds one that pushes the first action."""

    policy_weight = 0.0

    def __init__(self) -> None:
        self.batches = 0

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        assert observation.shape[0] == action.shape[0] == reward.shape[0] == 128
        return 2 * reward

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, dict[str, float]]:
        assert context.index.shape == context.observation.shape[:1] == (32,)
        self.batches += 1
        action = torch.zeros(32, dtype=torch.int64)
        return -network.policy(context.observation).log_prob(action).mean(), {"pushed": 1.0}


def test_honours_a_guides_hooks() -> None:
    spaces, guide = Spaces(VECTOR, Actions("discrete", 4)), Doubling()
    ppg = learner(n_pi=9, ent_coef=0.0, e_v=2, learning_rate=0.01)
    rollout = made_up(spaces)
    for _ in range(5):
        said = ppg.update(rollout, guide)
    assert said["pushed"] == 1.0
    assert guide.batches == 5 * 4
    probabilities = ppg.network.policy_parameters(rollout.observation.flatten(0, 1)).softmax(-1)
    assert probabilities[:, 0].mean() > 0.5


@pytest.mark.parametrize("shared", [False, True])
def test_learns_the_identity(shared: bool) -> None:
    ppg = learner(1, Spaces((4,), DISCRETE), shared=shared, num_steps=32, learning_rate=5e-3, e_pi=4, e_v=4, n_pi=4)
    loop = EnvRunner(Identity())
    for _ in range(20):
        gathered, episodes = collect(loop, ppg, 32, lambda: None)
        ppg.update(gathered)
    assert episodes.mean_return is not None
    assert episodes.mean_return > 7.5
