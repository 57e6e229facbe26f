"""A Gaussian squashed by tanh into [-1, 1] (Haarnoja et al. 2018, appendix C): the policy of SAC."""

from dataclasses import dataclass
from math import log, pi, sqrt

import torch
from numpy.polynomial.hermite import hermgauss
from torch import Tensor
from torch.nn import functional as F

from gsl.config.networks import NetworkSettings
from gsl.worker.nets.distributions import Distribution, Gaussian
from gsl.worker.nets.layers import POLICY, orthogonal
from gsl.worker.nets.policy_heads import PolicyHead

EDGE = 1.0 - 1e-6
"""Demonstrated actions may lie on the bounds, where the density of a squashed Gaussian is zero."""
NODES, WEIGHTS = hermgauss(16)  # type: ignore[no-untyped-call]  # numpy's polynomials have no types


@dataclass(frozen=True)
class SquashedGaussian:
    """tanh of independent Gaussians with the given means and logarithms of deviations, both (B, A)."""

    mean: Tensor
    log_std: Tensor

    def sample(self, generator: torch.Generator) -> Tensor:
        action, _ = self.sample_with_log_prob(generator)
        return action

    def sample_with_log_prob(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Differentiable actions (B, A) with their log-probabilities (B,), computed without atanh."""
        noise = torch.randn(self.mean.shape, generator=generator, device=self.mean.device, dtype=self.mean.dtype)
        raw = self.mean + self.log_std.exp() * noise
        normal = -(0.5 * noise**2 + self.log_std + 0.5 * log(2 * pi))
        return raw.tanh(), (normal - _log_slope(raw)).sum(-1)

    def mode(self) -> Tensor:
        """The squashed mode of the underlying Gaussian; the maximum of the density may be at the bounds."""
        return self.mean.tanh()

    def log_prob(self, action: Tensor) -> Tensor:
        raw = action.clamp(-EDGE, EDGE).atanh()
        return self._beneath.log_prob(raw) - _log_slope(raw).sum(-1)

    def entropy(self) -> Tensor:
        """Entropy of the underlying Gaussian plus the mean logarithm of tanh's slope, by Gauss-Hermite quadrature."""
        nodes = torch.as_tensor(sqrt(2) * NODES, dtype=self.mean.dtype, device=self.mean.device)
        weights = torch.as_tensor(WEIGHTS / sqrt(pi), dtype=self.mean.dtype, device=self.mean.device)
        raw = self.mean[..., None] + self.log_std.exp()[..., None] * nodes
        return self._beneath.entropy() + (_log_slope(raw) @ weights).sum(-1)

    def kl(self, other: Distribution) -> Tensor:
        """The divergence of the underlying Gaussians, which squashing both in the same way does not change."""
        if not isinstance(other, SquashedGaussian):
            raise TypeError(f"a squashed Gaussian policy cannot be compared with a {type(other).__name__}")
        return self._beneath.kl(other._beneath)

    @property
    def _beneath(self) -> Gaussian:
        return Gaussian(self.mean, self.log_std)


class SquashedGaussianHead(PolicyHead):
    """Concatenated means and log-deviations (B, 2A), both computed from the features."""

    def __init__(self, width: int, components: int, settings: NetworkSettings) -> None:
        super().__init__(width, 2 * components)
        self._settings, self._components = settings, components
        orthogonal(self, POLICY)
        with torch.no_grad():
            self.bias[components:] = log(settings.initial_std)

    def forward(self, features: Tensor) -> Tensor:
        mean, log_std = super().forward(features).chunk(2, dim=-1)
        bounded = log_std.clamp(log(self._settings.min_std), log(self._settings.max_std))
        return torch.cat([mean, bounded], dim=-1)

    def distribution(self, parameters: Tensor) -> SquashedGaussian:
        mean, log_std = parameters.chunk(2, dim=-1)
        return SquashedGaussian(mean, log_std)

    def fresh(self) -> PolicyHead:
        return SquashedGaussianHead(self.in_features, self._components, self._settings)


def _log_slope(raw: Tensor) -> Tensor:
    """log(1 - tanh(u)^2) = 2 (log 2 - u - softplus(-2u)), without loss of precision far from zero."""
    return 2 * (log(2) - raw - F.softplus(-2 * raw))
