"""Behaviour cloning: the policy learns the demonstrated actions offline, by maximum likelihood.

The loss is - mean over demonstrated (s, a) of w log pi(a|s), with weights w of mean 1 that give every variation the
same total weight. A fraction of the episodes is held out for validation: whole episodes, because the steps of one
episode resemble each other. Cloning stops when the validation likelihood has not improved for a while, and keeps the
best policy. It uses an optimiser of its own: the learner's optimiser, separate value layers and random state do not
change.
"""

from collections.abc import Callable
from copy import deepcopy
from math import inf

import torch
from torch import Tensor

from gsl.config.guides import BC as BCSettings
from gsl.worker.experience import rows
from gsl.worker.guides.base import Guide, GuideInputs
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.adam import Adam

_MEASURED_AT_ONCE = 1024


class BC(Guide):
    """Clones before training; the job ends with that, unless the settings ask for training too."""

    def __init__(self, settings: BCSettings, inputs: GuideInputs) -> None:
        if inputs.demonstrations is None:
            raise ValueError("behaviour cloning needs demonstrations")
        self.offline = not settings.train_on
        self._settings, self._demonstrations, self._device = settings, inputs.demonstrations, inputs.device
        self._generator = torch.Generator().manual_seed(inputs.seed)

    def before_training(self, network: ActorCritic, on_step: Callable[[], None]) -> dict[str, float]:
        """Clone, see the module. If interrupted, it starts over, with the same results."""
        shown, held_back = self._split()
        optimiser = Adam(network.parameters(), lr=self._settings.learning_rate)
        best, kept, patience, passes = inf, network.state_dict(), self._settings.patience, 0
        while passes < self._settings.passes and patience > 0:
            fitted = self._pass(network, optimiser, shown, on_step)
            passes += 1
            if len(held_back):
                patience -= 1
                if (loss := self._measure(network, held_back)) < best:
                    best, kept, patience = loss, deepcopy(network.state_dict()), self._settings.patience
        network.load_state_dict(kept)
        optimiser.zero_grad(set_to_none=True)
        metrics = {"cloning_passes": float(passes), "demonstrated_steps": float(len(shown)), "cloning_loss": fitted}
        return metrics | ({"held_back_loss": best} if len(held_back) else {})

    def _split(self) -> tuple[Tensor, Tensor]:
        """Indices of training and validation steps: whole episodes, drawn at random."""
        episodes = torch.unique(self._demonstrations.episode)
        order = episodes[torch.randperm(len(episodes), generator=self._generator)]
        share = self._settings.held_back
        held_back = order[: max(1, int(len(order) * share)) if share and len(order) > 1 else 0]
        measures = torch.isin(self._demonstrations.episode, held_back)
        return torch.nonzero(~measures).flatten(), torch.nonzero(measures).flatten()

    def _pass(self, network: ActorCritic, optimiser: Adam, index: Tensor, on_step: Callable[[], None]) -> float:
        """One pass over all steps in random order; returns the mean loss."""
        total = 0.0
        shuffled = index[torch.randperm(len(index), generator=self._generator)]
        for batch in torch.split(shuffled, self._settings.batch_size):
            on_step()
            loss = self._loss(network, batch)
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimiser.step()
            total += loss.item() * len(batch)
        return total / len(index)

    @torch.no_grad()
    def _measure(self, network: ActorCritic, index: Tensor) -> float:
        parts = torch.split(index, _MEASURED_AT_ONCE)
        return sum(self._loss(network, part).item() * len(part) for part in parts) / len(index)

    def _loss(self, network: ActorCritic, index: Tensor) -> Tensor:
        """Weighted negative log-likelihood of the demonstrated actions; scalar."""
        policy = network.policy(rows(self._demonstrations.observation, index).to(self._device))
        log_prob = policy.log_prob(self._demonstrations.action[index].to(self._device))
        return -(self._demonstrations.weight[index].to(log_prob) * log_prob).mean()
