"""PPO's losses on one micro-batch: only maths, no logging and no optimiser steps.

Shapes are those of one policy. A population's have its K members in front, and each member has losses of its own: (K,).
"""

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from gsl.worker.experience import rows
from gsl.worker.learners.clipped_losses import clipped_policy_loss, clipped_value_loss
from gsl.worker.nets.distributions import Distribution


class LossSettings(Protocol):
    """The settings of a learner that the losses need."""

    @property
    def clip_coef(self) -> float: ...
    @property
    def clip_vloss(self) -> bool: ...
    @property
    def vf_coef(self) -> float: ...


@dataclass(frozen=True)
class Batch:
    """Samples to learn from, on the network's device; every tensor starts with B."""

    observation: Tensor
    action: Tensor
    log_prob: Tensor  # under the policy that acted
    value: Tensor  # by the network that acted
    advantage: Tensor
    returns: Tensor
    head: Tensor | None = None  # index of the sample's value among several of the network

    def __getitem__(self, index: Tensor | slice) -> "Batch":
        if isinstance(index, slice) and index == slice(0, self.advantage.shape[0]):
            return self
        taken: dict[str, Any] = {name: None if one is None else rows(one, index) for name, one in vars(self).items()}
        return Batch(**taken)


@dataclass(frozen=True)
class Losses:
    """Scalars, means over the samples; `total` is differentiated."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    total: Tensor


def compute_losses(
    distribution: Distribution, value: Tensor, batch: Batch, settings: LossSettings, ent_coef: float,
    policy_weight: float | Tensor = 1.0,
) -> tuple[Losses, dict[str, Tensor]]:  # fmt: skip
    """Clipped policy loss, clipped value loss, entropy (Schulman et al. 2017, equations 7 and 9), with diagnostics.

    `policy_weight` scales the policy loss and its entropy bonus in the total only.
    """
    policy, log_ratio, ratio = clipped_policy_loss(
        distribution.log_prob(batch.action), batch.log_prob, batch.advantage, settings.clip_coef
    )
    if settings.clip_vloss:
        value_loss = clipped_value_loss(value, batch.value, batch.returns, settings.clip_coef)
    else:
        value_loss = 0.5 * ((value - batch.returns) ** 2).mean(-1)
    entropy = distribution.entropy().mean(-1)
    total = policy_weight * (policy - ent_coef * entropy) + settings.vf_coef * value_loss
    losses = Losses(policy, value_loss, entropy, total)
    return losses, _diagnostics(losses, log_ratio, ratio, settings.clip_coef)


def _diagnostics(losses: Losses, log_ratio: Tensor, ratio: Tensor, clip_coef: float) -> dict[str, Tensor]:
    change = ratio - 1
    return {
        "policy_loss": losses.policy.detach(),
        "value_loss": losses.value.detach(),
        "entropy": losses.entropy.detach(),
        "approx_kl": (change - log_ratio).mean(-1),  # Schulman, "Approximating KL Divergence", estimator k3
        "clip_fraction": (change.abs() > clip_coef).mean(-1, dtype=torch.float32),
    }
