"""A policy with memory, for evaluation and demonstrations."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.learners.base import to_device
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.recurrent import RecurrentActorCritic
from gsl.worker.spaces import NOTE, RECALL


class RememberingPolicy:
    """A Policy. Each slot has a memory, which the marks in its observations clear, keep aside or bring back.

    With another number of slots than before, all of them begin a trial.
    """

    def __init__(self, network: RecurrentActorCritic, device: torch.device, *, deterministic: bool, seed: int) -> None:
        self._network, self._device, self._deterministic = network, device, deterministic
        self._generator = torch.Generator(device).manual_seed(seed)
        self._state = network.blank(0)
        self._noted = network.blank(0)
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""

    @torch.no_grad()
    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        seen = to_device(observation, self._device)
        self._state = self._network.remember(seen, self._before(seen))
        self.thought = thought = self._network.distribution(self._network.output(self._state)[0])
        action = thought.mode() if self._deterministic else thought.sample(self._generator)
        return np.asarray(action.cpu().numpy())

    def _before(self, seen: Tensor) -> Tensor:
        """The memories with which the slots begin this step."""
        if len(self._state) != len(seen):
            self._state = self._network.blank(len(seen))
            self._noted = self._state.clone()
        mark = seen[:, -1:]
        self._noted = torch.where(mark == NOTE, self._state, self._noted)
        return torch.where(mark == RECALL, self._noted, self._state)
