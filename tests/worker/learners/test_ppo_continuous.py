"""PPO with continuous actions: its losses by hand, exact keeping, learning."""

from math import log, pi
from pathlib import Path

import numpy as np
import pytest
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_losses import Batch, compute_losses
from gsl.worker.nets.distributions import Gaussian
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Spaces
from tests.worker.learners.point import Point
from tests.worker.learners.rollouts import CONTINUOUS, VECTOR, made_up
from tests.worker.learners.states import same

CPU = torch.device("cpu")
SETTINGS = PPOSettings(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=4)


def test_losses_by_hand() -> None:
    """Two components, means (0, 1), deviations (1, 2), action (1, 1).

    log-probability -(1/2 + 0 + ln 2 + ln 2pi); the old one was lower by ln 2, so the ratio is 2, clipped to 1.2 for the
    advantage 3 and not for -3. Entropy: ln 2 + 1 + ln 2pi.
    """
    policy = Gaussian(torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0, 2.0]]).log())
    log_prob = -(0.5 + log(2) + log(2 * pi))
    assert policy.log_prob(torch.ones(1, 2)).item() == pytest.approx(log_prob)
    for advantage, expected in ((3.0, -3.0 * 1.2), (-3.0, 3.0 * 2.0)):
        sample = Batch(
            observation=torch.zeros(1, 3), action=torch.ones(1, 2), log_prob=torch.tensor([log_prob - log(2)]),
            value=torch.zeros(1), advantage=torch.tensor([advantage]), returns=torch.zeros(1),
        )  # fmt: skip
        losses, _ = compute_losses(policy, torch.zeros(1), sample, SETTINGS, ent_coef=0.1)
        assert losses.policy.item() == pytest.approx(expected, rel=1e-5)
        assert losses.entropy.item() == pytest.approx(log(2) + 1 + log(2 * pi))


def test_gradients_reach_the_deviations() -> None:
    """Where the better actions lie further out than the deviation, it grows."""
    ppo = PPO(SETTINGS.model_copy(update={"ent_coef": 0.0, "norm_adv": False}), Spaces(VECTOR, CONTINUOUS), 1, CPU)
    action = torch.tensor([[3.0, 0.0], [-3.0, 0.0]])
    batch = Batch(torch.zeros(2, 3), action, ppo.network.policy(torch.zeros(2, 3)).log_prob(action).detach(),
                  torch.zeros(2), torch.ones(2), torch.zeros(2))  # fmt: skip
    ppo.accumulate_gradients(batch)
    gradient = dict(ppo.network.policy_head.named_parameters())["log_std"].grad
    assert gradient is not None
    assert gradient[0].item() == pytest.approx(-8.0, rel=1e-3), "1 - z^2, to be descended"
    assert gradient[1].item() == pytest.approx(1.0, rel=1e-3)


def test_goes_on_exactly_from_a_file(tmp_path: Path) -> None:
    spaces = Spaces(VECTOR, CONTINUOUS)
    undisturbed, resumed = PPO(SETTINGS, spaces, 1, CPU), PPO(SETTINGS, spaces, 99, CPU)
    undisturbed.update(made_up(spaces))
    save(tmp_path / "learner", undisturbed.state())
    resumed.restore(load(tmp_path / "learner"))
    for ppo in (undisturbed, resumed):
        ppo.update(made_up(spaces, 1))
    assert same(undisturbed.state(), resumed.state())


def test_a_fresh_head_starts_with_the_wanted_deviation() -> None:
    spaces = Spaces(VECTOR, CONTINUOUS)
    source, clone = PPO(SETTINGS, spaces, 1, CPU), PPO(SETTINGS, spaces, 2, CPU)
    source.update(made_up(spaces))
    clone.clone(source.state(), fresh_head=True)
    assert clone.network.state_dict()["policy_head.log_std"].tolist() == [0.0, 0.0]
    assert "policy_head.log_std" not in clone.state()["adam"]


def test_learns_to_point() -> None:
    made = SETTINGS.model_copy(update={"num_steps": 32, "learning_rate": 1e-2, "gamma": 0.5, "ent_coef": 0.0})
    ppo, loop = PPO(made, Spaces((1,), Point.actions), 1, CPU), EnvRunner(Point())
    for _ in range(20):
        gathered, _ = collect(loop, ppo, 32, lambda: None)
        ppo.update(gathered)
    seen = np.linspace(-0.8, 0.8, 9, dtype=np.float32)[:, None]
    assert np.abs(ppo.policy(deterministic=True, seed=0)(seen) - seen).mean() < 0.2
