"""Goals on a circle, with all slots in a few numpy operations.

Observation float32 (2 + goals,): the position, in units of the radius, and the goal, one-hot, unless that is hidden.
Actions: a step along both axes, each in [-1, 1] and a tenth as long. Reward: minus the distance to the goal after the
step, and 10 within a step's length of it, which ends the episode. The time limit is not part of the task.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.circle import BONUS, STEP, CircleSuite
from gsl.worker.envs.base import IDLE, EnvError, Sampler, State, Step, deal
from gsl.worker.spaces import Actions

AXES = 2
ROUNDING = 1e-9
"""Of the positions after many steps."""


class CircleEnv:
    """An Env. Only the sampler's choices are random, so `seed` is not used."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("continuous", AXES)

    def __init__(self, suite: CircleSuite, num_envs: int, sampler: Sampler, seed: int = 0) -> None:
        unknown = sorted(sampler.variations - set(suite.training_variations()))
        if unknown:
            raise EnvError(f"the goals are 0..{suite.goals - 1}, not {unknown[:10]}")
        self.num_envs = num_envs
        self.observation_shape: tuple[int, ...] = (AXES + suite.one_hot_size,)
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._suite, self._sampler = suite, sampler
        self._goals = np.array([suite.place(goal) for goal in suite.training_variations()])  # (goals, 2)
        self._names = np.eye(suite.goals, suite.one_hot_size, dtype=np.float32)
        self._position = np.zeros((num_envs, AXES))
        self._steps = np.zeros(num_envs, np.int64)

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        return self._observe()

    def step(self, actions: NDArray[np.float32]) -> Step:
        self._position += STEP * actions.clip(-1.0, 1.0)
        self._steps += 1
        distance = np.sqrt(np.square(self._position - self._goals[self.variation]).sum(1))
        reached, late = distance <= STEP + ROUNDING, self._steps >= self._suite.time_limit
        done, truncated = reached | late, late & ~reached
        reward = (BONUS * reached - distance).astype(np.float32)
        variation, final = self.variation.copy(), self._observe()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._observe(), reward, done, variation, reached, truncated, final)

    def state(self) -> State:
        return {"variation": self.variation.copy(), "position": self._position.copy(), "steps": self._steps.copy()}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["position"].shape != self._position.shape:
            raise EnvError(f"this state has {len(state['position'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._position = state["position"].astype(np.float64)
        self._steps = state["steps"].astype(np.int64)
        return self._observe()

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._position[slots] = 0.0
        self._steps[slots] = 0

    def _observe(self) -> NDArray[np.float32]:
        position = (self._position / self._suite.radius).astype(np.float32)
        return np.concatenate([position, self._names[self.variation]], axis=1)
