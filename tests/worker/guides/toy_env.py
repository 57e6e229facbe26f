"""A suite for tests: a point on a line is moved and paid for being near its variation's goal."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import State, Step
from gsl.worker.spaces import Actions

LENGTH = 8


class Line:
    """An Env of variations 0 and 1, whose goals lie at the two ends; slot i plays variation i modulo 2."""

    observation_shape: tuple[int, ...] = (3,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self, num_envs: int, actions: Actions) -> None:
        self.num_envs, self.actions = num_envs, actions
        self.variation = np.arange(num_envs, dtype=np.int64) % 2
        self._place, self._steps = np.zeros(num_envs, np.float32), 0

    def reset(self) -> NDArray[Any]:
        self._place[:], self._steps = 0.0, 0
        return self._observe()

    def step(self, actions: NDArray[Any]) -> Step:
        discrete = self.actions.kind == "discrete"
        move = actions - 1.5 if discrete else actions.mean(axis=-1)
        self._place = np.clip(self._place + 0.3 * move, -1, 1).astype(np.float32)
        self._steps += 1
        reward = -np.abs(self._place - self._goal).astype(np.float32)
        done = np.full(self.num_envs, self._steps == LENGTH)
        observation = self.reset() if done.all() else self._observe()
        return Step(observation, reward, done, self.variation.copy(), None)

    def state(self) -> State:
        return {"place": self._place.copy(), "steps": np.array(self._steps)}

    def restore(self, state: State) -> NDArray[Any]:
        self._place, self._steps = state["place"].copy(), int(state["steps"])
        return self._observe()

    def close(self) -> None:
        """Nothing to free."""

    @property
    def _goal(self) -> NDArray[np.float32]:
        return (2.0 * self.variation - 1.0).astype(np.float32)

    def _observe(self) -> NDArray[Any]:
        return np.stack([self._place, self._goal, np.full(self.num_envs, self._steps / LENGTH, np.float32)], axis=1)
