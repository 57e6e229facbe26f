"""Generalised advantage estimation (Schulman et al. 2016, equation 16)."""

from collections.abc import Callable

import torch
from torch import Tensor

from worker.experience import Rollout


def gae(
    reward: Tensor, value: Tensor, done: Tensor, next_value: Tensor, gamma: float, gae_lambda: float
) -> tuple[Tensor, Tensor]:
    """Advantages and returns (targets of the value function), both (T, N).

    `reward`, `value` and `done` are (T, N); `done[t]` says that step t ended its episode, so nothing after it counts.
    `next_value` (N,) is the value of the observation after the last step.
    """
    advantage = torch.zeros_like(reward)
    goes_on = 1.0 - done.to(reward.dtype)
    last = torch.zeros_like(next_value)
    for t in reversed(range(reward.shape[0])):
        later = next_value if t == reward.shape[0] - 1 else value[t + 1]
        delta = reward[t] + gamma * later * goes_on[t] - value[t]
        last = delta + gamma * gae_lambda * goes_on[t] * last
        advantage[t] = last
    return advantage, advantage + value


def bootstrap_time_limits(reward: Tensor, rollout: Rollout, values: Callable[[Tensor], Tensor], gamma: float) -> Tensor:
    """Rewards (T, N) where an episode cut off by a time limit also earns what was still to come (Pardo et al. 2018).

    `values` gives (K,) for observations (K, *observation_shape).
    """
    if rollout.truncated is None or rollout.final_observation is None or not len(rollout.final_observation):
        return reward
    bootstrapped = reward.clone()
    bootstrapped[rollout.truncated] += gamma * values(rollout.final_observation)
    return bootstrapped
