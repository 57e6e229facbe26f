"""All steps that a model learns from, and stretches of them: a history, and what follows it.

Steps are kept in runs without a gap: what a slot played in a rollout, or a demonstrated episode. A stretch begins where
the whole history, or that of an episode that has just begun, lies in the same run.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from gsl.worker.experience import Demonstrations, Rollout
from gsl.worker.learners.cadm.memory import standardised
from gsl.worker.nets.dynamics import DynamicsModel

COLUMNS = ("state", "action", "change", "known", "age", "run", "drawn")


@dataclass(frozen=True)
class Stretches:
    """Histories, and up to M steps after each; E members with B stretches each, or none (one dimension less)."""

    history: Tensor  # (E, B, K, n + A), standardised
    state: Tensor  # (E, B, M, n)
    action: Tensor  # (E, B, M, A)
    change: Tensor  # (E, B, M, n)
    counted: Tensor  # (E, B, M) bool: belongs to the episode and its change is known


class Steps:
    """Columns with an entry for each step, oldest first; at most about `capacity`."""

    def __init__(self, sizes: tuple[int, int], members: int, capacity: int, device: torch.device) -> None:
        self._capacity, self._members, self.device = capacity, members, device
        floats = {"state": sizes[0], "action": sizes[1], "change": sizes[0]}
        self.columns = {name: torch.zeros(0, size, device=device) for name, size in floats.items()} | {
            "known": torch.zeros(0, dtype=torch.bool, device=device),  # whether the change is
            "age": torch.zeros(0, dtype=torch.int64, device=device),  # steps of the episode before it
            "run": torch.zeros(0, dtype=torch.int64, device=device),
            "drawn": torch.zeros(0, members, dtype=torch.uint8, device=device),  # how often, by each member
        }

    def __len__(self) -> int:
        return len(self.columns["run"])

    def add(self, new: dict[str, Tensor], generator: torch.Generator) -> None:
        """Add steps, all columns but `drawn`; runs are numbered from 0. Each member draws its bootstrap sample."""
        newest = int(self.columns["run"][-1]) + 1 if len(self) else 0
        ones = torch.ones(len(new["run"]), self._members)
        drawn = torch.poisson(ones, generator) if self._members > 1 else ones
        whole = new | {"run": new["run"] + newest, "drawn": drawn.to(torch.uint8)}
        for name, column in self.columns.items():
            self.columns[name] = torch.cat([column, whole[name].to(self.device)])[-self._capacity :]

    def joined(self, other: "Steps | None") -> "Steps":
        """These and others together."""
        if other is None:
            return self
        both = Steps((0, 0), self._members, self._capacity, self.device)
        both.columns = {name: torch.cat([column, other.columns[name]]) for name, column in self.columns.items()}
        if len(self):
            both.columns["run"][len(self) :] += self.columns["run"].max() + 1
        return both

    def starts(self, history: int) -> Tensor:
        """(S,) bool: where a stretch may begin."""
        age, run = self.columns["age"], self.columns["run"]
        back = age.clamp(max=history)
        first = torch.arange(len(self), device=self.device) - back
        inside = (first >= 0) & self.columns["known"]
        return inside & (run[first.clamp(min=0)] == run)

    def draw(self, starts: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """(E, count) of the starts, with replacement, each member from its own sample."""
        upto = (self.columns["drawn"].T * starts).to(torch.float64).cumsum(1)  # (E, S)
        drawn = torch.rand(len(upto), count, generator=generator, dtype=torch.float64).to(self.device) * upto[:, -1:]
        return torch.searchsorted(upto, drawn, right=True).clamp_(max=len(self) - 1)

    def stretches(self, first: Tensor, length: int, model: DynamicsModel) -> Stretches:
        """Those that begin at `first` (...,), with `length` steps."""
        columns, last = self.columns, len(self) - 1
        back = (first[..., None] - torch.arange(model.history, 0, -1, device=self.device)).clamp(min=0)
        ahead = first[..., None] + torch.arange(length, device=self.device)
        at = ahead.clamp(max=last)
        same = (columns["run"][at] == columns["run"][first][..., None]) & (ahead <= last)
        follows = columns["age"][at] - columns["age"][first][..., None] == ahead - first[..., None]
        known = columns["age"][first].clamp(max=model.history)
        return Stretches(
            history=standardised(model, columns["change"][back], columns["action"][back], known),
            state=columns["state"][at],
            action=columns["action"][at],
            change=columns["change"][at],
            counted=same & follows & columns["known"][at].cummin(-1).values,
        )

    def newest(self, count: int) -> dict[str, Tensor]:
        """The newest steps, for another job."""
        return {name: column[-count:].cpu() if count else column[:0].cpu() for name, column in self.columns.items()}

    def restore(self, columns: dict[str, Any]) -> None:
        """Continue exactly with the columns of another."""
        self.columns = {name: torch.as_tensor(columns[name]).to(self.device, copy=True) for name in COLUMNS}


def of_rollout(rollout: Rollout, sizes: tuple[int, int], age: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """The columns of a rollout, slot after slot, and the ages (N,) of the steps after it; `age` is of its first."""
    state = rollout.observation[..., : sizes[0]]
    following = torch.cat([state[1:], rollout.next_observation[None, :, : sizes[0]]])
    known = ~rollout.done
    if rollout.truncated is not None and rollout.final_observation is not None and len(rollout.final_observation):
        following = following.clone()
        following[rollout.truncated] = rollout.final_observation[:, : sizes[0]]
        known = known | rollout.truncated
    ages, following_age = ages_of(rollout.done, age)
    steps, slots = rollout.done.shape
    columns = {
        "state": state, "action": seen_action(rollout.action, sizes[1]), "change": following - state, "known": known,
        "age": ages, "run": torch.arange(slots).expand(steps, slots),
    }  # fmt: skip
    return {name: column.transpose(0, 1).flatten(0, 1) for name, column in columns.items()}, following_age


def ages_of(done: Tensor, age: Tensor) -> tuple[Tensor, Tensor]:
    """Of steps (T, N): how many of its episode came before it; and the same of the step after the last."""
    every = [age]
    for ended in done:
        every.append(torch.where(ended, 0, every[-1] + 1))
    return torch.stack(every[:-1]), every[-1]


def of_demonstrations(shown: Demonstrations, sizes: tuple[int, int]) -> dict[str, Tensor]:
    """The columns of demonstrated episodes, each a run."""
    state, episode = shown.observation[:, : sizes[0]], shown.episode
    goes_on = torch.cat([episode[1:] == episode[:-1], torch.zeros(1, dtype=torch.bool)])
    following, known = torch.cat([state[1:], state[-1:]]), goes_on
    if shown.earned is not None and shown.earned.truncated.any():
        following[shown.earned.truncated] = shown.earned.final_observation[:, : sizes[0]].to(state.dtype)
        known = goes_on | shown.earned.truncated
    ages, _ = ages_of(~goes_on[:, None], torch.zeros(1, dtype=torch.int64))
    return {
        "state": state, "action": seen_action(shown.action, sizes[1]), "change": following - state, "known": known,
        "age": ages[:, 0], "run": episode,
    }  # fmt: skip


def seen_action(action: Tensor, size: int) -> Tensor:
    """As a model sees them: one-hot, or clipped to [-1, 1]."""
    return action.clamp(-1, 1) if action.is_floating_point() else F.one_hot(action, size).to(torch.float32)
