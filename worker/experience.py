"""What one rollout gathered: the only thing a learner and a guide get to see of the environments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Decision:
    """What the policy did with one observation of every slot."""

    action: NDArray[np.int64]  # (num_envs,), for the environments
    log_prob: Tensor  # (num_envs,)
    value: Tensor  # (num_envs,)


@dataclass(frozen=True)
class Rollout:
    """T steps of N slots, on the CPU. Rewards are raw."""

    observation: Tensor  # (T, N, *observation_shape), uint8 or float32
    action: Tensor  # (T, N) int64
    log_prob: Tensor  # (T, N)
    value: Tensor  # (T, N)
    reward: Tensor  # (T, N)
    done: Tensor  # (T, N) bool: the episode ended with this step
    variation: Tensor  # (T, N) int64: what the step belonged to
    next_observation: Tensor  # (N, *observation_shape), after the last step


@dataclass(frozen=True)
class Demonstrations:
    """Steps of kept episodes, on the CPU; every tensor starts with their number."""

    observation: Tensor  # uint8 or float32
    action: Tensor  # int64
    variation: Tensor  # int64

    def __len__(self) -> int:
        return self.action.shape[0]
