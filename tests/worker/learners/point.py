"""The smallest task with continuous actions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import State, Step
from gsl.worker.spaces import Actions


class Point:
    """Reward 1 - |action - what is seen|; episodes of five steps, cut off by a time limit."""

    num_envs = 8
    actions = Actions("continuous", 1)
    observation_shape: tuple[int, ...] = (1,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self) -> None:
        self.variation = np.zeros(8, np.int64)
        self._rng, self._steps = np.random.default_rng(0), 0

    def reset(self) -> NDArray[Any]:
        self._seen = self._rng.uniform(-0.8, 0.8, (8, 1)).astype(np.float32)
        return self._seen

    def step(self, actions: NDArray[Any]) -> Step:
        reward = 1 - np.abs(actions - self._seen)[:, 0].astype(np.float32)
        self._steps += 1
        done = np.full(8, self._steps % 5 == 0)
        return Step(self.reset(), reward, done, self.variation, None, done, self._seen.copy())

    def state(self) -> State:
        return {}

    def restore(self, state: State) -> NDArray[Any]:
        return self.reset()

    def close(self) -> None:
        """Nothing to free."""
