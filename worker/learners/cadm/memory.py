"""What a planner remembers of each slot's episode: the last changes of the state, and the plan.

Observations are those of a learner with memory (worker/envs/trials.py): the suite's, then the last action, its reward,
whether it ended an episode, and a mark that says where to forget.
"""

from typing import Any

import torch
from torch import Tensor

from gsl.worker.nets.dynamics import DynamicsModel
from gsl.worker.spaces import FORGET, Spaces

APPENDED = 3
"""Reward, end and mark, behind the last action."""


def sizes_of(spaces: Spaces) -> tuple[int, int]:
    """Numbers of a state, and of an action as it is seen afterwards."""
    return spaces.observation_shape[0] - spaces.actions.size - APPENDED, spaces.actions.size


class Memory:
    """The last K changes and actions of every slot, its last state and its plan; cleared where an episode begins."""

    def __init__(self, slots: int, model: DynamicsModel, horizon: int = 0) -> None:
        device = model.states.mean.device
        self._state_size, self._action_size = model.state_size, model.action_size
        self._change = torch.zeros(slots, model.history, model.state_size, device=device)
        self._action = torch.zeros(slots, model.history, model.action_size, device=device)
        self._known = torch.zeros(slots, dtype=torch.int64, device=device)  # how many of the newest are filled
        self.state = torch.zeros(slots, model.state_size, device=device)
        self.plan = torch.zeros(slots, horizon, model.action_size, device=device)

    def __len__(self) -> int:
        return len(self.state)

    def see(self, observation: Tensor) -> None:
        """Take in what all slots observe (slots, *observation_shape)."""
        self._change, self._action, self._known, self.state, begins = self._after(observation)
        self.plan = torch.where(begins[:, None, None], 0.0, self.plan)

    def history(self, model: DynamicsModel) -> Tensor:
        """(slots, K, n + A): standardised changes, and actions; zeros before the episode."""
        return standardised(model, self._change, self._action, self._known)

    def history_after(self, model: DynamicsModel, observation: Tensor, slots: Tensor) -> Tensor:
        """What `history` would be of some slots after these observations, without taking them in."""
        part = Memory(len(slots), model)
        part._change, part._action, part._known = self._change[slots], self._action[slots], self._known[slots]
        part.state = self.state[slots]
        part.see(observation)
        return part.history(model)

    def _after(self, observation: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        state = observation[:, : self._state_size]
        acted = observation[:, self._state_size : self._state_size + self._action_size]
        begins = observation[:, -1] == FORGET
        change = torch.cat([self._change[:, 1:], (state - self.state)[:, None]], 1)
        action = torch.cat([self._action[:, 1:], acted[:, None]], 1)
        known = torch.where(begins, 0, (self._known + 1).clamp(max=change.shape[1]))
        return change, action, known, state.clone(), begins

    def saved(self) -> dict[str, Tensor]:
        return {
            "change": self._change.clone(), "action": self._action.clone(), "known": self._known.clone(),
            "state": self.state.clone(), "plan": self.plan.clone(),
        }  # fmt: skip

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue exactly where `saved` was taken."""
        given = {name: torch.as_tensor(value).to(self.state.device, copy=True) for name, value in saved.items()}
        self._change, self._action, self._known = given["change"], given["action"], given["known"]
        self.state, self.plan = given["state"], given["plan"]


def standardised(model: DynamicsModel, change: Tensor, action: Tensor, known: Tensor) -> Tensor:
    """Histories whose last `known` entries are filled; the others are zeros."""
    mean, deviation = model.changes.numbers()
    length = change.shape[-2]
    filled = torch.arange(length, device=change.device) >= length - known[..., None]
    whole = torch.cat([(change - mean) / deviation, action], -1)
    return torch.where(filled[..., None], whole, 0.0)
