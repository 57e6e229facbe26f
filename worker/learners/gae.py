"""Generalised advantage estimation (Schulman et al. 2016, equation 16)."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from gsl.worker.experience import Rollout


def gae(
    reward: Tensor, value: Tensor, done: Tensor, next_value: Tensor, gamma: float, gae_lambda: float
) -> tuple[Tensor, Tensor]:
    """Advantages and returns (targets of the value function), both (T, N); everything is on the CPU.

    `reward`, `value` and `done` are (T, N); if step t ended its episode, `done[t]`, later steps do not count for it.
    `next_value` (N,) is the value of the observation after the last step.
    """
    advantage = np.empty(tuple(reward.shape), np.float32)  # in numpy a step costs a tenth of what it costs in torch
    values = np.concatenate([value.numpy(), next_value.numpy()[None]])
    continues = 1.0 - done.numpy().astype(np.float32)
    delta = reward.numpy() + np.float32(gamma) * values[1:] * continues - values[:-1]
    carried = np.float32(gamma * gae_lambda) * continues
    last = np.zeros(advantage.shape[1:], np.float32)
    for t in reversed(range(len(advantage))):
        last = delta[t] + carried[t] * last
        advantage[t] = last
    estimated = torch.from_numpy(advantage)
    return estimated, estimated + value


Values = Callable[[Tensor, Tensor], Tensor]
"""Maps observations (K, *observation_shape) and variations (K,) to values (K,), on the CPU."""


def bootstrap_time_limits(reward: Tensor, rollout: Rollout, values: Values, gamma: float) -> Tensor:
    """Rewards (T, N) plus the discounted final value at steps that a time limit truncated (Pardo et al. 2018)."""
    if rollout.truncated is None or rollout.final_observation is None or not len(rollout.final_observation):
        return reward
    bootstrapped = reward.clone()
    bootstrapped[rollout.truncated] += gamma * values(rollout.final_observation, rollout.variation[rollout.truncated])
    return bootstrapped
