"""A replay: the newest steps of every slot, from which a learner samples repeatedly.

Memory for each step: one observation (its successor is the slot's next observation), its action and 17 bytes. 39 floats
and 4 actions make 189 bytes, a picture of 64 x 64 pixels 12.3 kB. A checkpoint that resumes exactly contains all of it.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gsl.worker.experience import Rollout

ARRAYS = ("observation", "action", "reward", "done", "variation", "final_at")


@dataclass(frozen=True)
class Windows:
    """B sampled steps, each with up to n - 1 subsequent steps of its episode."""

    observation: Tensor  # (B, n, *observation_shape)
    action: Tensor  # (B, n, size)
    reward: Tensor  # (B, n)
    counted: Tensor  # (B, n) bool: belongs to the episode and has been played; always true for the first
    terminal: Tensor  # (B,) bool: the episode was over after the counted steps, and not by a time limit
    next_observation: Tensor  # (B, *observation_shape) after the counted steps; meaningless where terminal
    variation: Tensor  # (B,)


class Replay:
    """A ring buffer of rows, one for each time step of all slots. Rollouts must follow each other without a gap."""

    def __init__(self, capacity: int, device: torch.device) -> None:
        """`capacity` counts steps of single environments and is rounded up to whole rows."""
        self.device, self._capacity = device, capacity
        self._slots = self._rows = self._size = self._head = 0
        self._finals_written = self._finals_kept = 0

    def __len__(self) -> int:
        """Number of steps of single environments."""
        return self._size * self._slots

    def add(self, rollout: Rollout) -> None:
        """Add T rows. The row after them has only the newest observation until the next rollout is added."""
        steps, slots = rollout.done.shape
        if not self._rows:
            self._slots, self._rows = slots, -(-self._capacity // slots) + 1
            self._allocate(rollout)
        if steps >= self._rows:
            raise ValueError(f"a rollout of {steps} rows does not fit a replay of {self._rows - 1}")
        rows = (self._head + torch.arange(steps + 1)) % self._rows
        self._add_finals(rollout, rows[:-1].to(self.device))
        at = rows.to(self.device)
        self.observation[at[:-1]] = rollout.observation.to(self.device)
        self.observation[at[-1]] = rollout.next_observation.to(self.device)
        for name in ("action", "reward", "done", "variation"):
            table = getattr(self, name)
            table[at[:-1]] = getattr(rollout, name).to(self.device, table.dtype)
        self._head, self._size = int(rows[-1]), min(self._size + steps, self._rows - 1)

    def sample(self, count: int, steps: int, generator: torch.Generator) -> Windows:
        """Draw `count` windows of `steps` with replacement; `generator` is on the replay's device."""
        drawn = torch.randint(len(self), (count,), generator=generator, device=self.device)
        age, slot = drawn // self._slots, drawn % self._slots
        ages = age[:, None] + torch.arange(steps, device=self.device)
        at = self._flat(ages, slot[:, None])
        done = self._take("done", at)
        over = done.cumsum(1) - done.to(torch.int64) > 0
        counted = ~over & (ages < self._size)
        length = counted.sum(1)
        last = at.gather(1, length[:, None] - 1).squeeze(1)
        final_at = self._take("final_at", last)
        return Windows(
            observation=self._take("observation", at),
            action=self._take("action", at),
            reward=self._take("reward", at),
            counted=counted,
            terminal=self._take("done", last) & (final_at < 0),
            next_observation=self._after(self._flat(age + length, slot), final_at),
            variation=self._take("variation", at[:, 0]).to(torch.int64),
        )

    def _after(self, at: Tensor, final_at: Tensor) -> Tensor:
        """The slot's next observation, or the final one of an episode that a time limit ended."""
        after = self._take("observation", at)
        cut = torch.nonzero(final_at >= 0).squeeze(1)
        if len(cut):
            after[cut] = self.final[final_at[cut] % len(self.final)]
        return after

    def _flat(self, age: Tensor, slot: Tensor) -> Tensor:
        """Position of the row that is `age` rows younger than the oldest, for `_take`."""
        return (self._head - self._size + age) % self._rows * self._slots + slot

    def _take(self, name: str, at: Tensor) -> Tensor:
        """Entries at flat positions of any shape; the shape of one entry is appended."""
        table: Tensor = getattr(self, name).flatten(0, 1)
        return table.index_select(0, at.flatten()).reshape(*at.shape, *table.shape[1:])

    def _allocate(self, like: Rollout) -> None:
        """Zeros, not uninitialised memory: windows reach beyond the steps played and multiply those with 0."""
        shape = (self._rows, self._slots)
        self.observation = torch.zeros(
            (*shape, *like.next_observation.shape[1:]), dtype=like.observation.dtype, device=self.device
        )
        self.action = torch.zeros((*shape, *like.action.shape[2:]), dtype=like.action.dtype, device=self.device)
        self.reward = torch.zeros(shape, dtype=like.reward.dtype, device=self.device)
        self.done = torch.zeros(shape, dtype=torch.bool, device=self.device)
        self.variation = torch.full(shape, -1, dtype=torch.int32, device=self.device)
        self.final_at = torch.full(shape, -1, dtype=torch.int64, device=self.device)
        self.final = self.observation.new_empty((0, *self.observation.shape[2:]))

    def _add_finals(self, rollout: Rollout, rows: Tensor) -> None:
        """Add the final observations of truncated episodes to a ring buffer of their own, numbered from the first."""
        self._finals_kept -= int((self.final_at[rows] >= 0).sum())
        self.final_at[rows] = -1
        if rollout.truncated is None or rollout.final_observation is None or not len(rollout.final_observation):
            return
        new = len(rollout.final_observation)
        number = torch.arange(self._finals_written, self._finals_written + new, device=self.device)
        self._make_room(self._finals_kept + new)
        at, slot = torch.nonzero(rollout.truncated.to(self.device), as_tuple=True)
        self.final_at[rows[at], slot] = number
        self.final[number % len(self.final)] = rollout.final_observation.to(self.device)
        self._finals_written, self._finals_kept = self._finals_written + new, self._finals_kept + new

    def _make_room(self, wanted: int) -> None:
        """Double the capacity; the entries in use are the newest."""
        if wanted <= len(self.final):
            return
        kept = torch.arange(self._finals_written - self._finals_kept, self._finals_written, device=self.device)
        grown = self.final.new_empty((max(wanted, 2 * len(self.final)), *self.final.shape[1:]))
        if len(kept):
            grown[kept % len(grown)] = self.final[kept % len(self.final)]
        self.final = grown

    # Handing on

    def newest(self, count: int) -> Rollout | None:
        """At most `count` of the newest steps, in whole rows, as one rollout; None if there are none.

        A running episode is truncated, so that steps added later do not belong to it. Log-probabilities are not stored.
        """
        rows = min(self._size, count // max(1, self._slots))
        if not rows:
            return None
        at = (self._head - rows + torch.arange(rows + 1)) % self._rows
        taken = {name: getattr(self, name)[at.to(self.device)].cpu() for name in ARRAYS}
        done, final_at = taken["done"][:-1].clone(), taken["final_at"][:-1].clone()
        truncated = (final_at >= 0) & done
        truncated[-1] |= ~done[-1]
        done[-1] = True
        after = taken["observation"][-1]
        final = [
            after[slot] if final_at[t, slot] < 0 else self.final[final_at[t, slot] % len(self.final)].cpu()
            for t, slot in truncated.nonzero()
        ]
        return Rollout(
            observation=taken["observation"][:-1], action=taken["action"][:-1], log_prob=torch.zeros(done.shape),
            value=None, reward=taken["reward"][:-1], done=done, variation=taken["variation"][:-1].to(torch.int64),
            next_observation=after, truncated=truncated, final_observation=torch.stack(final) if final else after[:0],
        )  # fmt: skip

    # State

    def state(self) -> dict[str, Any]:
        """Views of the rows in use, not copies: save them before the next `add`."""
        counters = {"slots": self._slots, "rows": self._rows, "size": self._size, "head": self._head}
        counters |= {"finals_written": self._finals_written, "finals_kept": self._finals_kept}
        if not self._rows:
            return {"counters": counters}
        used = {name: getattr(self, name)[: self._size + 1] for name in ARRAYS}
        return {"counters": counters, **used, "final": self.final}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
        counters = state["counters"]
        self._slots, self._rows = counters["slots"], counters["rows"]
        self._size, self._head = counters["size"], counters["head"]
        self._finals_written, self._finals_kept = counters["finals_written"], counters["finals_kept"]
        if not self._rows:
            return
        self.final = torch.as_tensor(state["final"]).to(self.device, copy=True)
        for name in ARRAYS:
            saved = self._saved(name, state)
            table = saved.new_zeros((self._rows, *saved.shape[1:]))
            table[: len(saved)] = saved
            if name == "final_at":
                table[len(saved) :] = -1
            setattr(self, name, table)

    def _saved(self, name: str, state: dict[str, Any]) -> Tensor:
        """States from before variations were stored have none; learners that need them did not exist."""
        if name not in state:
            return torch.full_like(torch.as_tensor(state["final_at"]), -1, dtype=torch.int32, device=self.device)
        return torch.as_tensor(state[name]).to(self.device)
