"""K networks for vectors as one: a product for all of them in place of K small ones, whose calls would take longest.

Each network's parameters become views of the stacked ones, so the networks remain usable by themselves, and whatever
changes one side changes the other. What a network computes here differs by rounding from what it computes alone.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from gsl.worker.nets.actor_critic import VectorActorCritic
from gsl.worker.nets.distributions import Categorical, Gaussian
from gsl.worker.nets.policy_heads import GaussianHead

POLICY, VALUE = 0, 1


class StackedNetwork:
    """K networks with parameters of the same names and shapes, on one device."""

    def __init__(self, networks: Sequence[VectorActorCritic]) -> None:
        """Raises ValueError if the networks differ in shape."""
        self.networks = tuple(networks)
        self.parameters = self._stack()
        self._layers = len(networks[0].bodies)

    def __call__(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """Each policy's parameters (K, B, P) and values (K, B), or (K, B, V), of its own observations (K, B, n)."""
        both = observation[:, None].expand(-1, 2, -1, -1).flatten(0, 1)
        for layer in range(self._layers):
            weight, bias = self._layer(layer)
            both = torch.baddbmm(bias.flatten(0, 1), both, weight.flatten(0, 1))
            both = self._activate(self._normalise(layer, both))
        policy, value = _halves(both)
        return self._policy_head(policy), self._value_head(value)

    @torch.no_grad()
    def policy_parameters(self, observation: Tensor) -> Tensor:
        """Only the policies' parameters (K, B, P) for observations (K, B, n), without gradients."""
        return self._policy_head(self._features(POLICY, observation))

    @torch.no_grad()
    def values(self, observation: Tensor) -> Tensor:
        """Values (K, B), or (K, B, V), of observations (K, B, n), without gradients."""
        return self._value_head(self._features(VALUE, observation))

    def distribution(self, parameters: Tensor) -> Categorical | Gaussian:
        """The distributions over actions with the parameters (K, B, P). Raises TypeError for those of another kind."""
        found = self.networks[0].distribution(parameters)
        if not isinstance(found, Categorical | Gaussian):
            raise TypeError(f"a population does not sample from {type(found).__name__}")
        return found

    def _features(self, which: int, x: Tensor) -> Tensor:
        for layer in range(self._layers):
            weight, bias = self._layer(layer)
            x = torch.baddbmm(bias[:, which], x, weight[:, which])
            if which == VALUE:
                x = self._normalised_value(layer, x)
            x = self._activate(x)
        return x

    def _layer(self, number: int) -> tuple[Tensor, Tensor]:
        """Weights (K, 2, inputs, outputs) and biases (K, 2, 1, outputs) of the policies' and the values' layer."""
        return self.parameters[f"bodies.{number}.weight"], self.parameters[f"bodies.{number}.bias"]

    def _activate(self, x: Tensor) -> Tensor:
        return self.networks[0].activate(x)

    def _normalise(self, layer: int, both: Tensor) -> Tensor:
        if f"norms.{layer}.weight" not in self.parameters:
            return both
        policy, value = _halves(both)
        return torch.stack([policy, self._normalised_value(layer, value)], dim=1).flatten(0, 1)

    def _normalised_value(self, layer: int, value: Tensor) -> Tensor:
        if (weight := self.parameters.get(f"norms.{layer}.weight")) is None:
            return value
        plain = F.layer_norm(value, value.shape[-1:])
        return torch.addcmul(self.parameters[f"norms.{layer}.bias"][:, None], plain, weight[:, None])

    def _policy_head(self, features: Tensor) -> Tensor:
        head, output = self.networks[0].policy_head, self._linear("policy_head", features)
        if isinstance(head, GaussianHead):
            return head.with_spread(output, self.parameters["policy_head.log_std"][:, None])
        return output

    def _value_head(self, features: Tensor) -> Tensor:
        return self._linear("value_head", features).squeeze(-1)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return torch.baddbmm(self.parameters[f"{name}.bias"][:, None], x, self.parameters[f"{name}.weight"].mT)

    def _stack(self) -> dict[str, Tensor]:
        members = [dict(network.named_parameters()) for network in self.networks]
        shapes = [{name: one.shape for name, one in member.items()} for member in members]
        if any(each != shapes[0] for each in shapes):
            raise ValueError("networks of different shapes cannot be stacked")
        stacked = {name: torch.stack([member[name].detach() for member in members]) for name in shapes[0]}
        for name, whole in stacked.items():
            for member, view in zip(members, whole.unbind(0), strict=True):
                member[name].data = view
            whole.requires_grad_()
        return stacked


def _halves(both: Tensor) -> tuple[Tensor, Tensor]:
    """The policies' and the values' features (K, B, width), from those of both in turn (2K, B, width)."""
    policy, value = both.view(-1, 2, *both.shape[1:]).unbind(1)
    return policy, value
