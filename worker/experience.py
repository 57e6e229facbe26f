"""Rollouts, decisions and demonstrations: all that learners and guides know of the environments."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor


def rows(table: Tensor, index: Tensor | slice) -> Tensor:
    """The rows of `table` at `index`: a slice, or (n,) int64, which takes a tenth of the time of `table[index]`."""
    return table[index] if isinstance(index, slice) else table.index_select(0, index)


@dataclass(frozen=True)
class Decision:
    """The policy's actions for one observation of every slot."""

    action: NDArray[Any]  # int64 (num_envs,) or float32 (num_envs, size), for the environments
    log_prob: Tensor  # (num_envs,)
    value: Tensor | None = None  # (num_envs,), if it was computed together with the action


@dataclass(frozen=True)
class Rollout:
    """T steps of N slots, on the CPU. Rewards are raw."""

    observation: Tensor  # (T, N, *observation_shape), uint8 or float32
    action: Tensor  # (T, N) int64 or (T, N, size) float32
    log_prob: Tensor  # (T, N)
    value: Tensor | None  # (T, N), if every decision came with one
    reward: Tensor  # (T, N)
    done: Tensor  # (T, N) bool: the episode ended with this step, possibly by a time limit
    variation: Tensor  # (T, N) int64: the variation of the step
    next_observation: Tensor  # (N, *observation_shape), after the last step
    next_value: Tensor | None = None  # (N,), of the next observation, if it was computed
    truncated: Tensor | None = None  # (T, N) bool: ended only by a time limit; None if that is part of the task
    final_observation: Tensor | None = None  # (K, *observation_shape), of the K truncated steps, in order of (t, n)

    def of(self, slots: slice) -> "Rollout":
        """The same steps of some slots alone."""
        stepwise = ("observation", "action", "log_prob", "value", "reward", "done", "variation", "truncated")
        parts: dict[str, Any] = {
            name: None if (one := getattr(self, name)) is None else one[:, slots] for name in stepwise
        }
        final = self.final_observation
        if self.truncated is not None and final is not None:
            slot = torch.arange(self.done.shape[1])[slots]
            final = final[torch.isin(self.truncated.nonzero()[:, 1], slot)]
        return Rollout(
            **parts,
            next_observation=self.next_observation[slots],
            next_value=None if self.next_value is None else self.next_value[slots],
            final_observation=final,
        )


@dataclass(frozen=True)
class Earned:
    """Rewards of demonstrated steps, and how their episodes ended."""

    reward: Tensor  # (steps,) raw
    truncated: Tensor  # (steps,) bool: a time limit outside the task ended the episode here
    final_observation: Tensor  # (K, *observation_shape), of the K truncated steps, in order


@dataclass(frozen=True)
class Demonstrations:
    """Steps of whole episodes, concatenated, on the CPU; the first dimension of every tensor is the step."""

    observation: Tensor  # uint8 or float32
    action: Tensor  # int64, or float32 (steps, size)
    variation: Tensor  # int64
    episode: Tensor  # int64, counted from 0
    weight: Tensor  # float64: relative frequency of the step, 1 on average; every variation has the same sum
    earned: Earned | None = None  # None if recorded by a version that did not store rewards
    history: Tensor | None = None  # int64, counted from 0: whose episodes, in order, show how it learnt; None: no one's

    def __len__(self) -> int:
        return self.action.shape[0]

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw indices (count,) of steps with replacement, with probabilities proportional to their weights."""
        upto = self._weight_upto
        drawn = torch.rand(count, generator=generator, dtype=upto.dtype, device=generator.device).to(upto.device)
        return torch.searchsorted(upto, drawn * upto[-1], right=True).clamp_(max=len(self) - 1)

    @cached_property
    def _weight_upto(self) -> Tensor:
        return self.weight.cumsum(0)


@dataclass(frozen=True)
class LossContext:
    """The minibatch to which a guide may add a loss."""

    index: Tensor  # (B,) indices into the rollout's T * N samples
    observation: Tensor  # (B, *observation_shape), on the network's device
    max_advantage: float  # the epoch's largest, on the scale of the learner's loss
    gamma: float = 1.0  # discount factor of the returns that the values estimate
    reward_scale: float = 1.0  # divisor of raw rewards before the values learn from them
