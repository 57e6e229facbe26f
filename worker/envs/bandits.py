"""Bernoulli bandits, with all slots in a few numpy operations.

Observation (1,) float32: always 1, because nothing but rewards tells the bandits apart.
Actions: an arm. Reward: 1 with the arm's probability, otherwise 0. An episode is one pull.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.bandits import BanditSuite
from gsl.worker.envs.base import IDLE, EnvError, Sampler, State, Step, deal
from gsl.worker.spaces import Actions


class BanditEnv:
    """An Env. `seed` decides which pulls pay."""

    observation_shape: tuple[int, ...] = (1,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)

    def __init__(self, suite: BanditSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        self._pays = suite.probabilities()
        unknown = sorted(sampler.variations - set(range(len(self._pays))))
        if unknown:
            raise EnvError(f"the bandits are 0..{len(self._pays) - 1}, not {unknown[:10]}")
        self.num_envs, self.actions = num_envs, Actions("discrete", suite.arms)
        self.variation = np.full(num_envs, IDLE, np.int64)
        self._sampler, self._slots = sampler, range(num_envs)
        self._seed, self._random = seed, np.random.Generator(np.random.PCG64(seed))
        self._drawn = 0  # numbers, each of which takes the generator one step
        self._done = np.ones(num_envs, np.bool_)

    def reset(self) -> NDArray[np.float32]:
        self._begin()
        return self._observe()

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        variation = self.variation
        reward = self._random.random(self.num_envs) < self._pays[variation, actions]
        self._drawn += self.num_envs
        self._begin()
        return Step(self._observe(), reward.astype(np.float32), self._done.copy(), variation, None)

    def state(self) -> State:
        return {"variation": self.variation.copy(), "drawn": np.array([self._drawn])}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["variation"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['variation'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._drawn = int(state["drawn"][0])
        self._random = np.random.Generator(np.random.PCG64(self._seed).advance(self._drawn))
        return self._observe()

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self) -> None:
        """Every slot's next bandit."""
        self.variation = np.array([deal(self._sampler, slot) for slot in self._slots], np.int64)

    def _observe(self) -> NDArray[np.float32]:
        return np.ones((self.num_envs, 1), np.float32)
