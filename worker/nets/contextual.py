"""SAC's networks beside a latent description of the variation, and the encoder that infers it."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.config.networks import MLP
from gsl.worker.nets.actor_critic import fully_connected
from gsl.worker.nets.layers import VALUE, orthogonal
from gsl.worker.nets.soft_actor_critic import SoftActorCritic
from gsl.worker.spaces import Spaces

SMALLEST_VARIANCE = 1e-7


class ContextualActorCritic(SoftActorCritic):
    """Its observations are the suite's own, (B, seen), followed by latent numbers, (B, latent).

    A context is made of steps (..., seen + actions + 1): observation, action and reward. Each is a Gaussian factor of
    the belief, q(z|c) = product of N(mean(c_n), variance(c_n)), so their order does not matter.
    """

    def __init__(self, settings: MLP, spaces: Spaces, latent: int, temperature: float) -> None:
        seen = spaces.observation_shape[0] - spaces.actions.size - 3  # without what worker.envs.trials appends
        super().__init__(settings, replace(spaces, observation_shape=(seen + latent,)), temperature)
        self.seen, self.latent = seen, latent
        self.encoder = fully_connected(settings, seen + spaces.actions.size + 1)
        self.factor_head = orthogonal(nn.Linear(settings.width, 2 * latent), VALUE)

    def factors(self, context: Tensor) -> Tensor:
        """(..., 2 * latent): each step's precision, and its precision times its mean. They add up over steps."""
        mean, raw = self.factor_head(self.encoder(context)).chunk(2, dim=-1)
        precision = 1 / F.softplus(raw).clamp(min=SMALLEST_VARIANCE)
        return torch.cat([precision, precision * mean], dim=-1)

    def encoder_parameters(self) -> list[nn.Parameter]:
        return [*self.encoder.parameters(), *self.factor_head.parameters()]


def belief(added: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance (..., latent) of the product of Gaussians whose factors were added up (..., 2 * latent)."""
    precision, weighed = added.chunk(2, dim=-1)
    return weighed / precision, 1 / precision


def divergence_from_prior(mean: Tensor, variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)), summed over the latent numbers: (...)."""
    return 0.5 * (variance + mean**2 - 1 - variance.log()).sum(-1)


def make_contextual(settings: MLP, spaces: Spaces, latent: int, temperature: float, seed: int) -> ContextualActorCritic:
    """A fresh network on the CPU. The same seed gives the same weights, and torch's random state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ContextualActorCritic(settings, spaces, latent, temperature)
