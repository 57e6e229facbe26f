"""The gradient of a fit of the values of a `VectorActorCritic`, written by hand.

A learner that fits its values alone takes hundreds of small steps for each rollout. Autograd would record and reverse
each, and make a gradient of whole tensors out of that of the value's half of each layer; this takes half as long.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from gsl.worker.nets.actor_critic import VectorActorCritic

Slope = Callable[[Tensor, Tensor], Tensor]
"""From the gradient after a nonlinearity and what it put out to the gradient before it."""

SLOPES: dict[str, Slope] = {
    "tanh": lambda gradient, out: torch.ops.aten.tanh_backward(gradient, out),
    "relu": lambda gradient, out: torch.ops.aten.threshold_backward(gradient, out, 0),
}


class ValueGradient:
    """Writes the gradient of half the mean squared error into `grad` of the parameters; the policy's halves get 0."""

    def __init__(self, network: VectorActorCritic) -> None:
        self._activate, self._slope = network.activate, SLOPES[network.activation]
        self._head = network.value_head
        for parameter in (*network.bodies.parameters(), *self._head.parameters()):
            parameter.grad = torch.zeros_like(parameter)
        self._weights = [_value_half(twin.weight) for twin in network.twins]
        self._biases = [_value_half(twin.bias) for twin in network.twins]

    @torch.no_grad()
    def __call__(self, observation: Tensor, returns: Tensor) -> Tensor:
        """The loss of the values of observations (B, inputs) to their returns (B,)."""
        features = [observation]
        for (weight, _), (bias, _) in zip(self._weights, self._biases, strict=True):
            features.append(self._activate(torch.addmm(bias, features[-1], weight)))
        error = self._head.forward(features[-1]) - returns[:, None]
        self._reverse(features, error / len(error))
        return 0.5 * error.square().mean()

    def _reverse(self, features: list[Tensor], gradient: Tensor) -> None:
        _put(self._head.weight.grad, gradient.T @ features[-1])
        _put(self._head.bias.grad, gradient.sum(0))
        gradient = gradient @ self._head.weight
        for layer in reversed(range(len(self._weights))):
            gradient = self._slope(gradient, features[layer + 1])
            (weight, of_weight), (_, of_bias) = self._weights[layer], self._biases[layer]
            torch.mm(features[layer].T, gradient, out=of_weight)
            torch.sum(gradient, 0, keepdim=True, out=of_bias)
            if layer:
                gradient = gradient @ weight.T


def _value_half(pair: Tensor) -> tuple[Tensor, Tensor]:
    """The second of a pair's layers, and its gradient, as parts of the same memory."""
    if pair.grad is None:
        raise AssertionError("gradients were made")
    return pair.detach()[1], pair.grad[1]


def _put(gradient: Tensor | None, value: Tensor) -> None:
    if gradient is not None:
        gradient.copy_(value)
