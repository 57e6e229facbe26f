"""Rewards divided by the running deviation of the discounted return, like gym's `NormalizeReward`."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class RewardNormaliser:
    """Running mean and variance of every slot's discounted return, updated at every step (Chan et al. 1979).

    The scaled reward is clipped to [-10, 10], as in CleanRL's Procgen version.
    """

    def __init__(self, num_envs: int, gamma: float) -> None:
        self._gamma, self._num_envs = gamma, num_envs
        self.restart()

    def restart(self) -> None:
        """Forget the scale: rewards of another kind follow, which a long history would outweigh for many epochs."""
        self._discounted = np.zeros(self._num_envs)
        self._mean, self._var, self._count = 0.0, 1.0, 1e-4

    @property
    def scale(self) -> float:
        """The current divisor of rewards."""
        return float(np.sqrt(self._var + 1e-8))

    def __call__(self, reward: Tensor, done: Tensor) -> Tensor:
        """Scaled rewards (T, N); each step uses the scale known at that step."""
        scaled = np.empty(tuple(reward.shape), np.float32)
        for t, (rewards, ended) in enumerate(zip(reward.numpy(), done.numpy(), strict=True)):
            self._discounted = self._discounted * self._gamma + rewards
            self._observe(self._discounted)
            scaled[t] = np.clip(rewards / np.sqrt(self._var + 1e-8), -10.0, 10.0)
            self._discounted[ended] = 0.0
        return torch.from_numpy(scaled)

    def _observe(self, batch: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        mean, var, count = float(batch.mean()), float(batch.var()), batch.shape[0]
        delta, total = mean - self._mean, self._count + count
        squares = self._var * self._count + var * count + delta**2 * self._count * count / total
        self._mean += delta * count / total
        self._var, self._count = squares / total, total

    def state(self) -> dict[str, Any]:
        return {"discounted": self._discounted.copy(), "mean": self._mean, "var": self._var, "count": self._count}

    def restore(self, state: dict[str, Any], *, same_slots: bool) -> None:
        """Continue; a clone in other environments keeps the scale, but not the unfinished returns."""
        self._mean, self._var, self._count = state["mean"], state["var"], state["count"]
        if same_slots:
            self._discounted = np.array(state["discounted"], np.float64)
