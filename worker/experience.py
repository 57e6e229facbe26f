"""What one rollout gathered: the only thing a learner and a guide get to see of the environments."""

from dataclasses import dataclass
from typing import Any

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
class Demonstrations:
    """Steps of kept episodes, on the CPU; every tensor starts with their number."""

    observation: Tensor  # uint8 or float32
    action: Tensor  # int64, or float32 (steps, size)
    variation: Tensor  # int64

    def __len__(self) -> int:
        return self.action.shape[0]


@dataclass(frozen=True)
class LossContext:
    """The minibatch in which a guide may add a loss."""

    index: Tensor  # (B,) which of the rollout's T * N samples, flattened
    observation: Tensor  # (B, *observation_shape), on the network's device
    max_advantage: float  # the epoch's largest, on the scale that the learner's loss sees
