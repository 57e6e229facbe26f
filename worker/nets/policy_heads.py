"""The last layer of a policy: from features to the parameters of its distribution over actions."""

from math import log

import torch
from torch import Tensor, nn

from gsl.config.networks import NetworkSettings
from gsl.worker.nets.distributions import Categorical, Distribution, Gaussian
from gsl.worker.nets.layers import POLICY, orthogonal
from gsl.worker.spaces import Actions


class PolicyHead(nn.Linear):
    """Features (B, width) to parameters (B, P) of a distribution over actions."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__(width, size)
        orthogonal(self, POLICY)

    def distribution(self, parameters: Tensor) -> Distribution:
        raise NotImplementedError

    def fresh(self) -> "PolicyHead":
        """A freshly initialised head of the same kind, drawn from torch's random state."""
        raise NotImplementedError


class CategoricalHead(PolicyHead):
    """Parameters are the logits (B, n)."""

    def distribution(self, parameters: Tensor) -> Distribution:
        return Categorical(parameters)

    def fresh(self) -> PolicyHead:
        return CategoricalHead(self.in_features, self.out_features)


class GaussianHead(PolicyHead):
    """Parameters are concatenated means and log-deviations (B, 2A); the deviations do not depend on the observation."""

    def __init__(self, width: int, size: int, settings: NetworkSettings) -> None:
        super().__init__(width, size)
        self._settings = settings
        self.log_std = nn.Parameter(torch.full((size,), log(settings.initial_std)))

    def forward(self, features: Tensor) -> Tensor:
        return self.with_spread(super().forward(features), self.log_std)

    def with_spread(self, mean: Tensor, log_std: Tensor) -> Tensor:
        """The parameters of means (..., A) and log-deviations, which are clamped; their shapes are broadcast."""
        log_std = log_std.clamp(log(self._settings.min_std), log(self._settings.max_std))
        return torch.cat([mean, log_std.expand_as(mean)], dim=-1)

    def distribution(self, parameters: Tensor) -> Distribution:
        mean, log_std = parameters.chunk(2, dim=-1)
        return Gaussian(mean, log_std)

    def fresh(self) -> PolicyHead:
        return GaussianHead(self.in_features, self.out_features, self._settings)


def make_policy_head(settings: NetworkSettings, width: int, actions: Actions) -> PolicyHead:
    """A head for a nearly uniform policy over discrete actions, or a Gaussian around zero."""
    if actions.kind == "discrete":
        return CategoricalHead(width, actions.size)
    return GaussianHead(width, actions.size, settings)
