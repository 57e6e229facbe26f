"""What one rollout gathered: the only thing a learner and a guide get to see of the environments."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Decision:
    """What the policy did with one observation of every slot."""

    action: NDArray[Any]  # int64 (num_envs,) or float32 (num_envs, size), for the environments
    log_prob: Tensor  # (num_envs,)
    value: Tensor | None = None  # (num_envs,), where it comes with the action for nothing


@dataclass(frozen=True)
class Rollout:
    """T steps of N slots, on the CPU. Rewards are raw."""

    observation: Tensor  # (T, N, *observation_shape), uint8 or float32
    action: Tensor  # (T, N) int64 or (T, N, size) float32
    log_prob: Tensor  # (T, N)
    value: Tensor | None  # (T, N), if every decision came with one
    reward: Tensor  # (T, N)
    done: Tensor  # (T, N) bool: the episode ended with this step, be it by a time limit
    variation: Tensor  # (T, N) int64: what the step belonged to
    next_observation: Tensor  # (N, *observation_shape), after the last step
    truncated: Tensor | None = None  # (T, N) bool: ended by a time limit alone; None where that is part of the task
    final_observation: Tensor | None = None  # (K, *observation_shape), of the K truncated steps, in order of (t, n)


@dataclass(frozen=True)
class Earned:
    """What demonstrated steps earned, and how their episodes ended."""

    reward: Tensor  # (steps,) raw
    truncated: Tensor  # (steps,) bool: the episode ended here by a time limit that is no part of the task
    final_observation: Tensor  # (K, *observation_shape), of the K truncated steps, in order


@dataclass(frozen=True)
class Demonstrations:
    """Steps of kept episodes, whole and one after the other, on the CPU; every tensor starts with their number."""

    observation: Tensor  # uint8 or float32
    action: Tensor  # int64, or float32 (steps, size)
    variation: Tensor  # int64
    episode: Tensor  # int64, counted from 0
    weight: Tensor  # float64: how often a step is drawn beside others, 1 on average; every variation has the same sum
    earned: Earned | None = None  # None: recorded by a version that kept no rewards

    def __len__(self) -> int:
        return self.action.shape[0]

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Indices (count,) of steps, with replacement, by weight: a variation, then one of its steps."""
        upto = self._weight_upto
        drawn = torch.rand(count, generator=generator, dtype=upto.dtype, device=generator.device).to(upto.device)
        return torch.searchsorted(upto, drawn * upto[-1], right=True).clamp_(max=len(self) - 1)

    @cached_property
    def _weight_upto(self) -> Tensor:
        return self.weight.cumsum(0)


@dataclass(frozen=True)
class LossContext:
    """The minibatch in which a guide may add a loss."""

    index: Tensor  # (B,) which of the rollout's T * N samples, flattened
    observation: Tensor  # (B, *observation_shape), on the network's device
    max_advantage: float  # the epoch's largest, on the scale that the learner's loss sees
    gamma: float = 1.0  # discount of the returns that the values foretell
    reward_scale: float = 1.0  # what raw rewards are divided by before the values hear of them
