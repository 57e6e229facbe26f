"""GAIL's discriminator: classifies steps as the policy's own or demonstrated.

Logits are positive for steps of the policy: the policy has label 1, demonstrations have label 0, as in
ManiSkill2-Learn. Discrete actions are one-hot, continuous ones are clipped to [-1, 1] as the environment clips them.
"""

from collections.abc import Iterator
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from gsl.config.guides import GAIL as GAILSettings
from gsl.config.networks import SmallCNN
from gsl.worker.experience import Demonstrations
from gsl.worker.nets import channels_last, picture_body
from gsl.worker.spaces import Actions, Spaces

LEAST_DEVIATION = 0.1
"""Largest factor by which a part of the observation that hardly varies in the demonstrations is scaled up."""
FURTHEST = 10.0
PIXEL_MEAN, PIXEL_DEVIATION = 0.5, 0.25


class Discriminator(nn.Module):
    """Uses prepared inputs with deviations near 1, so that the scales of noise and gradients are comparable."""

    def __init__(self, width: int, actions: Actions, features: int) -> None:
        super().__init__()
        self._actions = actions
        self.judge = nn.Sequential(
            nn.Linear(features + actions.size, width), nn.LeakyReLU(0.2),
            nn.Linear(width, width), nn.LeakyReLU(0.2),
            nn.Linear(width, 1),
        )  # fmt: skip

    def prepare(self, observation: Tensor) -> Tensor:
        """Environments' observations (B, *observation_shape) as input for `forward`."""
        raise NotImplementedError

    def features(self, prepared: Tensor) -> Tensor:
        """(B, features)."""
        raise NotImplementedError

    def prepare_action(self, action: Tensor) -> Tensor:
        """(B, size) float32."""
        if self._actions.kind == "discrete":
            return F.one_hot(action, self._actions.size).to(torch.float32)
        return action.clamp(-1.0, 1.0)

    def forward(self, prepared: Tensor, action: Tensor) -> Tensor:
        """Logits (B,) for prepared observations and actions."""
        logits: Tensor = self.judge(torch.cat([self.features(prepared), action], dim=-1)).squeeze(-1)
        return logits


class VectorDiscriminator(Discriminator):
    """For vectors, scaled by the mean and deviation of the demonstrations."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, settings: GAILSettings, spaces: Spaces, demonstrated: Tensor) -> None:
        super().__init__(settings.width, spaces.actions, spaces.observation_shape[0])
        self.register_buffer("mean", demonstrated.mean(0))
        self.register_buffer("deviation", demonstrated.std(0, correction=0).clamp(min=LEAST_DEVIATION))

    def prepare(self, observation: Tensor) -> Tensor:
        return ((observation - self.mean) / self.deviation).clamp(-FURTHEST, FURTHEST)

    def features(self, prepared: Tensor) -> Tensor:
        return prepared


class PictureDiscriminator(Discriminator):
    """For pictures, with three strided convolutions."""

    def __init__(self, settings: GAILSettings, spaces: Spaces) -> None:
        super().__init__(settings.width, spaces.actions, settings.width)
        body = picture_body(SmallCNN(width=settings.width), spaces.observation_shape)
        self.body = channels_last(body)

    def prepare(self, observation: Tensor) -> Tensor:
        """(B, H, W, C) uint8 to (B, C, H, W) floats, still channels_last in memory."""
        return (observation.permute(0, 3, 1, 2).to(torch.float32) / 255.0 - PIXEL_MEAN) / PIXEL_DEVIATION

    def features(self, prepared: Tensor) -> Tensor:
        found: Tensor = self.body(prepared)
        return found


def make_discriminator(
    settings: GAILSettings, spaces: Spaces, demonstrations: Demonstrations, seed: int
) -> Discriminator:
    """A fresh discriminator on the CPU; torch's random state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if len(spaces.observation_shape) == 1:
            made: Discriminator = VectorDiscriminator(settings, spaces, demonstrations.observation)
        else:
            made = PictureDiscriminator(settings, spaces)
        if settings.spectral_norm:
            for layer in _layers(made):
                spectral_norm(layer)
    return made


def _layers(network: nn.Module) -> Iterator[nn.Module]:
    return (module for module in list(network.modules()) if isinstance(module, nn.Linear | nn.Conv2d))


def classification_loss(own: Tensor, shown: Tensor, smoothing: float) -> Tensor:
    """Binary cross-entropy of logits (B,) of the policy (label 1) and of demonstrations (label 0); scalar.

    With `smoothing` s the labels are 1 - s and s, which drives logits back to at most log((1 - s) / s).
    """
    high, low = torch.full_like(own, 1.0 - smoothing), torch.full_like(shown, smoothing)
    return 0.5 * (F.binary_cross_entropy_with_logits(own, high) + F.binary_cross_entropy_with_logits(shown, low))


def gradient_penalty(
    discriminator: Discriminator, own: tuple[Tensor, Tensor], shown: tuple[Tensor, Tensor], generator: torch.Generator
) -> Tensor:
    """Mean of sqrt(n) * |d logit / d observation|^2 + |d logit / d action|^2 between policy and demonstrations; scalar.

    Zero-centred, which keeps a discriminator from memorising few samples (Thanh-Tung et al. 2019, equation 8). The
    factor sqrt(n) for an observation of n numbers is ours: pictures differ in many directions, so a slope that is
    harmless for a vector would separate any two pictures. `own` and `shown` are prepared and of equal size.
    """
    share = torch.rand(len(own[0]), generator=generator).to(own[0].device)
    mixed = [_mix(a, b, share).requires_grad_() for a, b in zip(own, shown, strict=True)]
    logits = discriminator(*mixed)
    by_observation, by_action = torch.autograd.grad(logits.sum(), mixed, create_graph=True)
    steepness: Tensor = by_observation.flatten(1).square().sum(1) * sqrt(by_observation[0].numel())
    penalty: Tensor = (steepness + by_action.square().sum(1)).mean()
    return penalty


def _mix(a: Tensor, b: Tensor, share: Tensor) -> Tensor:
    weight = share.reshape(-1, *[1] * (a.dim() - 1))
    return (weight * a + (1.0 - weight) * b).detach()
