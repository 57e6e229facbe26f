"""Steps by variation: a ring buffer for each, from which equally many are drawn of several variations."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gsl.worker.experience import Rollout

Columns = dict[str, Tensor]
"""Steps: `observation`, `action`, `reward`, `next_observation` and `terminal`, each (B, ...)."""


def steps_of(rollout: Rollout, seen: int) -> tuple[Columns, Tensor]:
    """The rollout's T * N steps with the suite's own observations, slot after slot, and their variations."""
    following = torch.cat([rollout.observation[1:], rollout.next_observation[None]])
    terminal = rollout.done.clone()
    if rollout.truncated is not None and rollout.final_observation is not None:
        terminal &= ~rollout.truncated
        following[rollout.truncated] = rollout.final_observation
    columns = {
        "observation": rollout.observation[..., :seen], "action": rollout.action, "reward": rollout.reward,
        "next_observation": following[..., :seen], "terminal": terminal,
    }  # fmt: skip
    return {name: one.transpose(0, 1).flatten(0, 1) for name, one in columns.items()}, rollout.variation.T.flatten()


class VariationReplay:
    """The newest `capacity` steps of each variation."""

    def __init__(self, variations: Sequence[int], capacity: int, device: torch.device) -> None:
        self._ids, self._capacity, self._device = torch.tensor(sorted(variations)), capacity, device
        self._written = torch.zeros(len(self._ids), dtype=torch.int64)
        self._tables: Columns = {}

    def __len__(self) -> int:
        return int(self.sizes.sum())

    @property
    def sizes(self) -> Tensor:
        """(V,): how many steps of each variation it holds."""
        return self._written.clamp(max=self._capacity)

    def add(self, columns: Columns, variation: Tensor) -> None:
        """Steps (B, ...), of each variation in the order in which they were played."""
        which = torch.searchsorted(self._ids, variation)
        order = which.argsort(stable=True)
        which, count = which[order], torch.bincount(which, minlength=len(self._ids))
        rank = torch.arange(len(which)) - (count.cumsum(0) - count)[which]
        fits = count[which] - rank <= self._capacity  # the newest ones, where there are more
        at = ((self._written[which] + rank) % self._capacity)[fits]
        for name, column in columns.items():
            if name not in self._tables:
                shape = (len(self._ids), self._capacity, *column.shape[1:])
                self._tables[name] = torch.zeros(shape, dtype=column.dtype, device=self._device)
            self._tables[name][which[fits], at] = column[order[fits]].to(self._device)
        self._written += count

    def sample(self, which: Tensor, count: int, generator: torch.Generator) -> Columns:
        """`count` steps, with replacement, of each of the variations `which` (M,), by their place: (M, count, ...)."""
        share = torch.rand((len(which), count), generator=generator, device=generator.device).cpu()
        at = (share * self.sizes[which, None]).long().clamp(max=self._capacity - 1)
        rows = which[:, None].to(self._device), at.to(self._device)
        return {name: table[rows] for name, table in self._tables.items()}

    def state(self) -> dict[str, Any]:
        """Views of what is in use, not copies: save them before the next `add`."""
        used = int(self.sizes.max()) if len(self) else 0
        return {"written": self._written.clone(), **{name: one[:, :used] for name, one in self._tables.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
        self._written = torch.as_tensor(state["written"]).clone()
        self._tables = {}
        for name in state.keys() - {"written"}:
            saved = torch.as_tensor(state[name]).to(self._device)
            table = saved.new_zeros((len(self._ids), self._capacity, *saved.shape[2:]))
            table[:, : saved.shape[1]] = saved
            self._tables[name] = table
