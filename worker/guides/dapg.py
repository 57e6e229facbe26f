"""Demonstration-augmented policy gradient (Rajeswaran et al. 2018), in two forms.

With D a batch of demonstrated (s, a), c the coefficient and k the epochs since the start, the added loss is

    log_probability   - c * decay^k * mean over D of log pi(a|s)          (PPO + DAPG of ManiSkill2-Learn, hand_dapg)
    probability       - c * decay^k * A_max * mean over D of pi(a|s)      (the authors of GSL; A_max detached)

Scale: with normalised advantages, PPO's policy loss weights an action's log-probability by about one, so in the
log_probability form demonstrations have c times the weight of experience: 0.1 to 0.3 steers, above 1 is cloning. In the
probability form A_max is then about 3 to 6 standard deviations instead of a return, and the gradient is scaled by
pi(a|s): it vanishes where the policy never takes the demonstrated action.

Optionally, the value function learns from the demonstrations too; see `demonstrated_values`. No paper does this, and it
trains the value function on the specialists' returns instead of the policy's, so it is off by default.
"""

from typing import Any

import torch
from torch import Tensor

from gsl.config.guides import DAPG as DAPGSettings
from gsl.worker.experience import LossContext, rows
from gsl.worker.guides.base import Guide, GuideInputs
from gsl.worker.guides.demonstrated_values import DemonstratedValues
from gsl.worker.nets import ActorCritic


class DAPG(Guide):
    """Adds its loss to every `frequency`-th minibatch."""

    def __init__(self, settings: DAPGSettings, inputs: GuideInputs) -> None:
        if inputs.demonstrations is None:
            raise ValueError("DAPG needs demonstrations")
        self._settings, self._demonstrations, self._device = settings, inputs.demonstrations, inputs.device
        self._generator = torch.Generator().manual_seed(inputs.seed)
        self._demonstrated_values = (
            DemonstratedValues(inputs.demonstrations, inputs.device) if settings.value_coefficient else None
        )
        self._minibatches = 0
        self._coefficient = settings.coefficient

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, dict[str, float]] | None:
        """See the module; scalar."""
        self._minibatches += 1
        if self._minibatches % self._settings.frequency:
            return None
        size = min(self._settings.batch_size, len(self._demonstrations))
        index = self._demonstrations.draw(size, self._generator)
        log_prob = self._log_prob(network, index)
        if self._settings.form == "probability":
            loss = -self._coefficient * context.max_advantage * log_prob.exp().mean()
        else:
            loss = -self._coefficient * log_prob.mean()
        metrics = {
            "demonstration_loss": loss.item(),
            "demonstration_log_prob": log_prob.mean().item(),
            "demonstration_weight": self._coefficient,
        }
        if self._demonstrated_values is not None:
            error = self._demonstrated_values.loss(network, index, context)
            loss = loss + self._settings.value_coefficient * error
            metrics["demonstration_value_loss"] = error.item()
        return loss, metrics

    def end_epoch(self) -> None:
        self._coefficient *= self._settings.decay

    def _log_prob(self, network: ActorCritic, index: Tensor) -> Tensor:
        """Log-probabilities (B,) of the demonstrated actions."""
        policy = network.policy(rows(self._demonstrations.observation, index).to(self._device))
        return policy.log_prob(self._demonstrations.action[index].to(self._device))

    def state(self) -> dict[str, Any]:
        return {
            "coefficient": self._coefficient,
            "minibatches": self._minibatches,
            "generator": self._generator.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._coefficient, self._minibatches = state["coefficient"], state["minibatches"]
        self._generator.set_state(torch.as_tensor(state["generator"]))
