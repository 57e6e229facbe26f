"""Point navigation, with all slots in a few numpy operations.

Observation (2,) float32: where the point is. Nothing tells of the goal but the reward.
Actions: two components, which move the point by up to 0.1 along each axis.
Reward: see the suite, for where the step ends. A time limit is no part of the task: such episodes are truncated.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.navigation import STEP, NavigationSuite
from gsl.worker.envs.base import IDLE, EnvError, Sampler, State, Step, deal
from gsl.worker.spaces import Actions


class NavigationEnv:
    """An Env. `seed` decides where episodes begin, unless all begin in the middle."""

    observation_shape: tuple[int, ...] = (2,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("continuous", 2)

    def __init__(self, suite: NavigationSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        self._places = np.concatenate([suite.places(), np.zeros((1, 2))])  # the last one is for idle slots
        unknown = sorted(sampler.variations - set(range(len(self._places) - 1)))
        if unknown:
            raise EnvError(f"the goals are 0..{len(self._places) - 2}, not {unknown[:10]}")
        self.num_envs, self._suite, self._sampler = num_envs, suite, sampler
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._position = np.zeros((num_envs, 2))
        self._goal = np.zeros((num_envs, 2))
        self._steps = np.zeros(num_envs, np.int64)
        self._seed, self._random = seed, np.random.Generator(np.random.PCG64(seed))
        self._drawn = 0  # numbers, each of which takes the generator one step

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        return self._observe()

    def step(self, actions: NDArray[Any]) -> Step:
        self._position += STEP * actions.clip(-1, 1)
        way = self._position - self._goal
        reward = self._suite.rewards(np.sqrt(np.einsum("ij,ij->i", way, way))).astype(np.float32)
        self._steps += 1
        there = (np.abs(way) < self._suite.end_within).all(1)
        done = there | (self._steps >= self._suite.time_limit)
        variation, final = self.variation.copy(), self._observe()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._observe(), reward, done, variation, None, done & ~there, final)

    def state(self) -> State:
        return {
            "variation": self.variation.copy(), "position": self._position.copy(), "steps": self._steps.copy(),
            "drawn": np.array([self._drawn]),
        }  # fmt: skip

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["steps"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['steps'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._goal = self._places[self.variation]
        self._position = np.array(state["position"], np.float64)
        self._steps = state["steps"].astype(np.int64)
        self._drawn = int(state["drawn"][0])
        self._random = np.random.Generator(np.random.PCG64(self._seed).advance(self._drawn))
        return self._observe()

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._goal[slots] = self._places[self.variation[slots]]
        self._steps[slots] = 0
        self._position[slots] = 0.0
        if self._suite.start == "anywhere":
            self._position[slots] = self._suite.extent * (2 * self._random.random((len(slots), 2)) - 1)
            self._drawn += 2 * len(slots)

    def _observe(self) -> NDArray[np.float32]:
        return self._position.astype(np.float32)
