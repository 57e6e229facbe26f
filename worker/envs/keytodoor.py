"""Dark Key-to-Door, with all slots in a few numpy operations.

Observation (2 * size,) float32: the own column and row, each one-hot; whether one has the key cannot be seen.
Actions: stay, right, up, left, down; at the border, the agent stays where it is.
Reward: 1 for the first step on the key, and 1 for the first on the door after that, which ends the episode with
success. Otherwise it ends after `time_limit` steps, which is part of the task.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.keytodoor import KeyToDoorSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.darkroom import MOVES, cells_after, cells_seen
from gsl.worker.envs.grid_film import DOOR, FRAME_RATE, KEY, Colour, GridFilm
from gsl.worker.spaces import Actions


class KeyToDoorEnv:
    """An Env that can be filmed. `seed` decides where episodes start."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", len(MOVES))
    frame_rate = FRAME_RATE

    def __init__(self, suite: KeyToDoorSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        self._cells = suite.size**2
        unknown = sorted(each for each in sampler.variations if not self._is_pair(each))
        if unknown:
            raise EnvError(f"these are no pairs of a key and a door: {unknown[:10]}")
        self.num_envs = num_envs
        self.observation_shape: tuple[int, ...] = (2 * suite.size,)
        self.variation = np.full(num_envs, IDLE, np.int64)  # key * cells + door
        self._time_limit, self._sampler = suite.time_limit, sampler
        self._after, self._seen = cells_after(suite.size), cells_seen(suite.size)
        self._cell, self._steps = np.zeros(num_envs, np.int64), np.zeros(num_envs, np.int64)
        self._has_key = np.zeros(num_envs, np.bool_)
        self._seed, self._random = seed, np.random.Generator(np.random.PCG64(seed))
        self._drawn = 0  # numbers, each of which takes the generator one step
        self._film = GridFilm(suite.size)

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._film.shows_start(self._hidden())
        return self._seen[self._cell]

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self._cell = self._after[self._cell, actions]
        key, door = np.divmod(self.variation, self._cells)
        opened = (self._cell == door) & self._has_key
        found = (self._cell == key) & ~self._has_key
        self._has_key |= found
        self._steps += 1
        if self._film.on:
            self._film.went(int(self._cell[0]), self._hidden(), bool(self._steps[0] == 1))
        done, variation = opened | (self._steps >= self._time_limit), self.variation.copy()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._seen[self._cell], (opened | found).astype(np.float32), done, variation, opened)

    def state(self) -> State:
        return {
            "variation": self.variation.copy(), "cell": self._cell.copy(), "steps": self._steps.copy(),
            "has_key": self._has_key.copy(), "drawn": np.array([self._drawn]),
        }  # fmt: skip

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["cell"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['cell'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._cell, self._steps = state["cell"].astype(np.int64), state["steps"].astype(np.int64)
        self._has_key = state["has_key"].astype(np.bool_)
        self._drawn = int(state["drawn"][0])
        self._random = np.random.Generator(np.random.PCG64(self._seed).advance(self._drawn))
        return self._seen[self._cell]

    def film(self) -> None:
        self._film.on = True

    def frame(self) -> Picture:
        return self._film.draw()

    def close(self) -> None:
        """Nothing to release."""

    def _hidden(self) -> dict[int, Colour]:
        """Of slot 0: the door, and the key until it is taken."""
        key, door = divmod(int(self.variation[0]), self._cells)
        return {door: DOOR} if self._has_key[0] else {key: KEY, door: DOOR}

    def _is_pair(self, variation: int) -> bool:
        key, door = divmod(variation, self._cells)
        return 0 <= key < self._cells and key != door

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._cell[slots] = (self._random.random(len(slots)) * self._cells).astype(np.int64)
        self._drawn += len(slots)
        self._steps[slots] = 0
        self._has_key[slots] = False
        self._film.begins(int(self._cell[0]))
