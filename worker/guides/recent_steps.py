"""A memory of the policy's steps in earlier rollouts."""

from typing import Any

import torch
from torch import Tensor

_SHARE = 4
"""A rollout replaces at most this fraction (1 / n) of a full memory, so that it covers several rollouts."""


class RecentSteps:
    """A ring buffer of the environments' observations (uint8 stays uint8) and actions, on the CPU."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._next = capacity, 0
        self._kept: tuple[Tensor, Tensor] | None = None

    def remember(self, steps: tuple[Tensor, Tensor], generator: torch.Generator) -> None:
        """Add a random part of a rollout's steps (B, ...), replacing the oldest."""
        if not self._capacity:
            return
        number = min(len(steps[0]), max(1, self._capacity // _SHARE))
        drawn = torch.randperm(len(steps[0]), generator=generator)[:number]
        fresh = steps[0][drawn], steps[1][drawn]
        if self._kept is None:
            self._kept = fresh[0].clone(), fresh[1].clone()
        elif len(self._kept[0]) < self._capacity:
            grown = (torch.cat(pair)[: self._capacity] for pair in zip(self._kept, fresh, strict=True))
            self._kept = (next(grown), next(grown))
        else:
            place = (self._next + torch.arange(number)) % self._capacity
            for kept, new in zip(self._kept, fresh, strict=True):
                kept[place] = new
            self._next = (self._next + number) % self._capacity

    def sample(self, number: int, generator: torch.Generator) -> tuple[Tensor, Tensor] | None:
        """Steps drawn with replacement; None if the memory is empty."""
        if self._kept is None or not number:
            return None
        drawn = torch.randint(len(self._kept[0]), (number,), generator=generator)
        return self._kept[0][drawn], self._kept[1][drawn]

    def state(self) -> dict[str, Any]:
        if self._kept is None:
            return {"next": 0}
        return {"next": self._next, "observation": self._kept[0].clone(), "action": self._kept[1].clone()}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
        self._next = state["next"]
        if "observation" in state:
            self._kept = (torch.as_tensor(state["observation"]).clone(), torch.as_tensor(state["action"]).clone())
        else:
            self._kept = None
