"""What slots believe about the variations that they play, and the policy that acts on it."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.worker.learners.base import to_device
from gsl.worker.nets.contextual import ContextualActorCritic, belief
from gsl.worker.nets.distributions import Distribution
from gsl.worker.spaces import FORGET, NOTE, RECALL


class Beliefs:
    """Of each slot: its trial's factors, added up, and the sample of the belief with which it plays its episode."""

    def __init__(self, network: ContextualActorCritic, explore_episodes: int, slots: int) -> None:
        self._network, self._explore = network, explore_episodes
        blank = network.factor_head.weight.new_zeros
        self.added = blank(slots, 2 * network.latent)
        self.noted = self.added.clone()
        self.latent = blank(slots, network.latent)
        self.last = blank(slots, network.seen)  # what was observed before
        self.ended = blank(slots)  # episodes of the trial

    @property
    def exploring(self) -> Tensor:
        """(slots,) bool: whether the slot's latent numbers are a sample of the prior."""
        return self.ended < self._explore

    @torch.no_grad()
    def see(self, observation: Tensor, generator: torch.Generator, *, certain: bool = False) -> Tensor:
        """The policy's observation (slots, seen + latent), after (slots, *observation_shape).

        If `certain`, episodes that do not explore have the belief's mean instead of a sample.
        """
        own, mark = observation[:, : self._network.seen], observation[:, -1]
        begins, ends = mark == FORGET, observation[:, -2] > 0
        context = torch.cat([self.last, observation[:, self._network.seen : -2]], dim=-1)
        added = self.added + self._network.factors(context)
        added = torch.where((mark == RECALL)[:, None], self.noted, added)
        self.added = torch.where(begins[:, None], 0.0, added)
        self.noted = torch.where((mark == NOTE)[:, None], self.added, self.noted)
        self.ended = torch.where(begins, 0.0, self.ended + ends)
        self.last = own.clone()
        if (begins | ends).any():
            self._draw(begins | ends, generator, certain)
        return torch.cat([own, self.latent], dim=-1)

    def _draw(self, starts: Tensor, generator: torch.Generator, certain: bool) -> None:
        noise = torch.randn(self.latent.shape, generator=generator, device=self.latent.device)
        mean, variance = belief(torch.where(self.exploring[:, None], 1.0, self.added))
        drawn = mean if certain else mean + variance.sqrt() * noise
        drawn = torch.where(self.exploring[:, None], noise, drawn)
        self.latent = torch.where(starts[:, None], drawn, self.latent)

    def state(self) -> dict[str, Tensor]:
        return {name: getattr(self, name).clone() for name in ("added", "noted", "latent", "last", "ended")}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue in the middle of trials."""
        for name, value in state.items():
            setattr(self, name, torch.as_tensor(value).to(self.latent.device))


class BelievingPolicy:
    """A Policy. Its beliefs are those of its own slots; with another number of them, all begin a trial."""

    def __init__(
        self, network: ContextualActorCritic, explore_episodes: int, device: torch.device, *, deterministic: bool,
        seed: int,
    ) -> None:  # fmt: skip
        self._network, self._device, self._deterministic = network, device, deterministic
        self._generator = torch.Generator(device).manual_seed(seed)
        self._explore = explore_episodes
        self.beliefs = Beliefs(network, explore_episodes, 0)
        self.thought: Distribution | None = None
        """The distribution from which the last actions came."""

    @torch.no_grad()
    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        if len(observation) != len(self.beliefs.ended):
            self.beliefs = Beliefs(self._network, self._explore, len(observation))
        seen = to_device(observation, self._device)
        known = self.beliefs.see(seen, self._generator, certain=self._deterministic)
        self.thought = thought = self._network.policy(known)
        action = thought.mode() if self._deterministic else thought.sample(self._generator)
        return np.asarray(action.cpu().numpy())
