"""Policies as distributions over actions, with random numbers from given generators.

The shapes below are those of one policy. A population's have its K members in front: (K, B, n), with K generators.

`torch.distributions` draws from torch's global state and checks its arguments at every call; neither is wanted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F


class Distribution(Protocol):
    """A distribution over actions (B,) int64 or (B, A) float32; every result about it has the shape (B,)."""

    def sample(self, generator: torch.Generator) -> Tensor: ...

    def mode(self) -> Tensor:
        """The most probable action."""

    def log_prob(self, action: Tensor) -> Tensor: ...

    def entropy(self) -> Tensor: ...

    def kl(self, other: "Distribution") -> Tensor:
        """KL(self || other). Raises TypeError for distributions of different kinds."""


class Categorical:
    """One of n actions, with logits (B, n)."""

    def __init__(self, logits: Tensor) -> None:
        self.log_probs = F.log_softmax(logits, dim=-1)

    def sample(self, generator: torch.Generator) -> Tensor:
        return self._first(torch.empty_like(self.log_probs).exponential_(generator=generator))

    def sample_each(self, generators: Sequence[torch.Generator]) -> Tensor:
        """Of K policies, (K, B): each from its own generator, as when alone."""
        times = torch.empty_like(self.log_probs)
        for member, generator in zip(times.unbind(0), generators, strict=True):
            member.exponential_(generator=generator)
        return self._first(times)

    def _first(self, times: Tensor) -> Tensor:
        # Of exponential times with these rates, the i-th is smallest with probability p_i; 3 x faster than multinomial.
        return (self.log_probs.exp() / times).argmax(-1)

    def mode(self) -> Tensor:
        return self.log_probs.argmax(-1)

    def log_prob(self, action: Tensor) -> Tensor:
        return self.log_probs.gather(-1, action[..., None]).squeeze(-1)

    def entropy(self) -> Tensor:
        return -(self.log_probs.exp() * self.log_probs).sum(-1)

    def kl(self, other: Distribution) -> Tensor:
        if not isinstance(other, Categorical):
            raise TypeError(f"a categorical policy cannot be compared with a {type(other).__name__}")
        return (self.log_probs.exp() * (self.log_probs - other.log_probs)).sum(-1)


@dataclass(frozen=True)
class Gaussian:
    """Independent Gaussian components, with mean and logarithm of the deviation, both (B, A)."""

    mean: Tensor
    log_std: Tensor

    def sample(self, generator: torch.Generator) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator, device=self.mean.device, dtype=self.mean.dtype)
        return self.mean + self.log_std.exp() * noise

    def sample_each(self, generators: Sequence[torch.Generator]) -> Tensor:
        """Of K policies, (K, B, A): each from its own generator, as when alone."""
        noise = torch.empty_like(self.mean)
        for member, generator in zip(noise.unbind(0), generators, strict=True):
            member.normal_(generator=generator)
        return self.mean + self.log_std.exp() * noise

    def mode(self) -> Tensor:
        return self.mean

    def log_prob(self, action: Tensor) -> Tensor:
        scaled = (action - self.mean) / self.log_std.exp()
        surprise = torch.addcmul(self.log_std, scaled, scaled, value=0.5).sum(-1)
        return -0.5 * log(2 * pi) * self.mean.shape[-1] - surprise

    def entropy(self) -> Tensor:
        return self.log_std.sum(-1) + 0.5 * (1 + log(2 * pi)) * self.mean.shape[-1]

    def kl(self, other: Distribution) -> Tensor:
        if not isinstance(other, Gaussian):
            raise TypeError(f"a Gaussian policy cannot be compared with a {type(other).__name__}")
        spread = (2 * (self.log_std - other.log_std)).exp()
        shift = ((self.mean - other.mean) / other.log_std.exp()) ** 2
        return (other.log_std - self.log_std + 0.5 * (spread + shift - 1)).sum(-1)
