"""PPO's losses on one micro-batch: maths alone, no logging and no stepping."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from gsl.config.learners import PPO as PPOSettings


@dataclass(frozen=True)
class Batch:
    """Samples to learn from, on the network's device; every tensor starts with B."""

    observation: Tensor
    action: Tensor
    log_prob: Tensor  # of the policy that acted
    value: Tensor  # of the network that acted
    advantage: Tensor
    returns: Tensor

    def __getitem__(self, index: Tensor | slice) -> "Batch":
        return Batch(*(tensor[index] for tensor in vars(self).values()))


@dataclass(frozen=True)
class Losses:
    """Scalars, means over the samples; `total` is what is differentiated."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    total: Tensor


def compute_losses(
    logits: Tensor, value: Tensor, batch: Batch, settings: PPOSettings, ent_coef: float
) -> tuple[Losses, dict[str, Tensor]]:
    """Clipped policy loss, clipped value loss, entropy (Schulman et al. 2017, equations 7 and 9), with diagnostics."""
    log_probs = F.log_softmax(logits, dim=-1)
    log_ratio = log_probs.gather(-1, batch.action[:, None]).squeeze(-1) - batch.log_prob
    ratio = log_ratio.exp()
    clipped = ratio.clamp(1 - settings.clip_coef, 1 + settings.clip_coef)
    policy = -torch.minimum(batch.advantage * ratio, batch.advantage * clipped).mean()
    value_loss = _value_loss(value, batch, settings)
    entropy = -(log_probs.exp() * log_probs).sum(-1).mean()
    losses = Losses(policy, value_loss, entropy, policy - ent_coef * entropy + settings.vf_coef * value_loss)
    return losses, _diagnostics(losses, log_ratio.detach(), settings.clip_coef)


def _value_loss(value: Tensor, batch: Batch, settings: PPOSettings) -> Tensor:
    error = (value - batch.returns) ** 2
    if settings.clip_vloss:
        near = batch.value + (value - batch.value).clamp(-settings.clip_coef, settings.clip_coef)
        error = torch.maximum(error, (near - batch.returns) ** 2)
    return 0.5 * error.mean()


def _diagnostics(losses: Losses, log_ratio: Tensor, clip_coef: float) -> dict[str, Tensor]:
    ratio = log_ratio.exp()
    return {
        "policy_loss": losses.policy.detach(),
        "value_loss": losses.value.detach(),
        "entropy": losses.entropy.detach(),
        "approx_kl": (ratio - 1 - log_ratio).mean(),  # Schulman, "Approximating KL Divergence", estimator k3
        "clip_fraction": ((ratio - 1).abs() > clip_coef).to(torch.float32).mean(),
    }
