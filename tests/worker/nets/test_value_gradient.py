"""The values' gradient that is written by hand is autograd's."""

import pytest
import torch

from gsl.config.networks import MLP
from gsl.worker.nets.actor_critic import VectorActorCritic
from gsl.worker.nets.value_gradient import ValueGradient
from gsl.worker.spaces import Actions, Spaces


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("depth", [1, 3])
def test_it_is_that_of_autograd(activation: str, depth: int) -> None:
    torch.manual_seed(0)
    network = VectorActorCritic(
        MLP(width=300, depth=depth, activation=activation),
        Spaces((5,), Actions("discrete", 3)),
    )
    observation, returns = torch.randn(64, 5), torch.randn(64)  # 64 x 300: also the quicker tanh of large batches
    loss = 0.5 * torch.nn.functional.mse_loss(network.values(observation), returns)
    wanted: tuple[torch.Tensor | None, ...] = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)
    gradient = ValueGradient(network)
    for _ in range(2):  # nothing adds up
        found = gradient(observation, returns)
    torch.testing.assert_close(found, loss.detach())
    assert network.policy_head.weight.grad is None
    trained = [each for each in zip(network.parameters(), wanted, strict=True) if each[1] is not None]
    assert len(trained) == 2 * depth + 2
    for parameter, one in trained:
        torch.testing.assert_close(parameter.grad, one, rtol=1e-4, atol=1e-6)
