"""What each slot keeps for its episode, and the policy of evaluations, which keeps the same."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.learners.base import to_device
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.embedding import EmbeddedActorCritic
from gsl.worker.spaces import FORGET


@dataclass(frozen=True)
class Slots:
    """N slots: the noise of the episode's embedding, and its newest observations."""

    noise: Tensor  # (N, size)
    window: Tensor  # (N, window, seen), the newest last; before the episode's first, that one again

    @classmethod
    def blank(cls, network: EmbeddedActorCritic, count: int, window: int) -> "Slots":
        made = network.value_head.weight.new_zeros
        return cls(made(count, network.size), made(count, window, network.seen))

    def after(self, observation: Tensor, generator: torch.Generator, *, noisy: bool = True) -> "Slots":
        """With these observations (N, *observation_shape); an episode that begins gets its noise, 0 if not `noisy`."""
        seen = observation[:, None, : self.window.shape[2]]
        window, noise, begins = torch.cat([self.window[:, 1:], seen], dim=1), self.noise, observation[:, -1] == FORGET
        if begins.any():
            window = torch.where(begins[:, None, None], seen, window)
            drawn = torch.randn(noise.shape, generator=generator, device=noise.device) if noisy else 0 * noise
            noise = torch.where(begins[:, None], drawn, noise)
        return Slots(noise, window)


class EmbeddedPolicy:
    """A Policy. An embedding is drawn where an episode begins; the deterministic policy takes the task's mean.

    With another number of slots than before, all of them begin an episode.
    """

    def __init__(self, network: EmbeddedActorCritic, device: torch.device, *, deterministic: bool, seed: int) -> None:
        self._network, self._device, self._deterministic = network, device, deterministic
        self._generator = torch.Generator(device).manual_seed(seed)
        self._slots = Slots.blank(network, 0, window=1)
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""

    @torch.no_grad()
    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        seen = to_device(observation, self._device)
        if len(self._slots.noise) != len(seen):
            self._slots = Slots.blank(self._network, len(seen), window=1)
        self._slots = self._slots.after(seen, self._generator, noisy=not self._deterministic)
        self.thought = thought = self._network.policy(self._network.rows(seen, self._slots.noise))
        action = thought.mode() if self._deterministic else thought.sample(self._generator)
        return np.asarray(action.cpu().numpy())
