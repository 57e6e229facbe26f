"""Generalised advantage estimation (Schulman et al. 2016, equation 16)."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from worker.experience import Rollout


def gae(
    reward: Tensor, value: Tensor, done: Tensor, next_value: Tensor, gamma: float, gae_lambda: float
) -> tuple[Tensor, Tensor]:
    """Advantages and returns (targets of the value function), both (T, N), on the CPU as everything given.

    `reward`, `value` and `done` are (T, N); `done[t]` says that step t ended its episode, so nothing after it counts.
    `next_value` (N,) is the value of the observation after the last step.
    """
    advantage = np.empty(tuple(reward.shape), np.float32)  # numpy: a step costs a tenth of what it costs in torch
    values = np.concatenate([value.numpy(), next_value.numpy()[None]])
    goes_on = 1.0 - done.numpy().astype(np.float32)
    delta = reward.numpy() + np.float32(gamma) * values[1:] * goes_on - values[:-1]
    carried = np.float32(gamma * gae_lambda) * goes_on
    last = np.zeros(advantage.shape[1:], np.float32)
    for t in reversed(range(len(advantage))):
        last = delta[t] + carried[t] * last
        advantage[t] = last
    estimated = torch.from_numpy(advantage)
    return estimated, estimated + value


Values = Callable[[Tensor, Tensor], Tensor]
"""Observations (K, *observation_shape) of variations (K,) to their values (K,), on the CPU."""


def bootstrap_time_limits(reward: Tensor, rollout: Rollout, values: Values, gamma: float) -> Tensor:
    """Rewards (T, N) where an episode cut off by a time limit also earns what was still to come (Pardo et al. 2018)."""
    if rollout.truncated is None or rollout.final_observation is None or not len(rollout.final_observation):
        return reward
    bootstrapped = reward.clone()
    bootstrapped[rollout.truncated] += gamma * values(rollout.final_observation, rollout.variation[rollout.truncated])
    return bootstrapped
