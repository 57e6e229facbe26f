"""PPG's losses on one micro-batch: only maths, no logging and no optimiser steps."""

from dataclasses import dataclass

from torch import Tensor

from gsl.worker.learners.ppo_losses import Losses
from gsl.worker.nets.distributions import Distribution


@dataclass(frozen=True)
class Pass:
    """What one pass over an epoch trains, and with which weights."""

    policy: bool
    value: bool
    vf_coef: float
    ent_coef: float
    policy_weight: float = 1.0


def phase_loss(losses: Losses, trained: Pass) -> Tensor:
    """Clipped policy loss with entropy, value loss, or both (Cobbe et al. 2021, algorithm 1, lines 5-9).

    A part that is not trained is absent from the loss, so that Adam's momentum does not change it either.
    """
    policy = trained.policy_weight * (losses.policy - trained.ent_coef * losses.entropy)
    value = trained.vf_coef * losses.value
    if trained.policy and trained.value:
        return policy + value
    return policy if trained.policy else value


def auxiliary_loss(
    values: Tensor, returns: Tensor, old: Distribution, new: Distribution, beta_clone: float
) -> tuple[Tensor, dict[str, Tensor]]:
    """L_joint + L_value: half the squared error of each value, and beta KL(old || new) (Cobbe et al. 2021, section 2).

    `values` are (1, B) or (2, B), the auxiliary head's first; `returns` (B,).
    """
    errors = 0.5 * ((values - returns) ** 2).mean(1)
    divergence = old.kl(new).mean()
    metrics = {"auxiliary_value_loss": errors[0].detach(), "clone_kl": divergence.detach()}
    return errors.sum() + beta_clone * divergence, metrics
