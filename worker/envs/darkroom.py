"""Dark Room, with all slots in a few numpy operations.

Observation (2 * size,) float32: the own column and row, each one-hot.
Actions: stay, right, up, left, down; at the border, the agent stays where it is.
Reward: 1 on the goal after the step, otherwise 0. An episode lasts for `time_limit` steps, which is part of the task.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.darkroom import DarkRoomSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.grid_film import FRAME_RATE, HIDDEN_GOAL, GridFilm
from gsl.worker.spaces import Actions

MOVES = ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1))


def cells_after(size: int) -> NDArray[np.int64]:
    """(size², moves): the number of the cell to which each move leads."""
    cells = np.arange(size**2)
    at = np.stack([cells % size, cells // size], axis=1)
    moved = (at[:, None] + np.array(MOVES)).clip(0, size - 1)
    after: NDArray[np.int64] = moved[..., 0] + size * moved[..., 1]
    return after


def cells_seen(size: int) -> NDArray[np.float32]:
    """(size², 2 * size): what is observed in each cell."""
    cells, one_hot = np.arange(size**2), np.eye(size, dtype=np.float32)
    return np.concatenate([one_hot[cells % size], one_hot[cells // size]], axis=1)


class DarkRoomEnv:
    """An Env that can be filmed. Only the sampler's choices are random, so `seed` is not used."""

    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", len(MOVES))
    frame_rate = FRAME_RATE

    def __init__(self, suite: DarkRoomSuite, num_envs: int, sampler: Sampler, seed: int = 0) -> None:
        unknown = sorted(sampler.variations - set(suite.goals()))
        if unknown:
            raise EnvError(f"these are no goals of the room: {unknown[:10]}")
        self.num_envs = num_envs
        self.observation_shape: tuple[int, ...] = (2 * suite.size,)
        self.variation = np.full(num_envs, IDLE, np.int64)  # the number of the goal's cell
        self._time_limit, self._sampler, self._start = suite.time_limit, sampler, suite.start
        self._after, self._seen = cells_after(suite.size), cells_seen(suite.size)
        self._cell = np.zeros(num_envs, np.int64)
        self._steps = np.zeros(num_envs, np.int64)
        self._film = GridFilm(suite.size)

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._film.shows_start({int(self.variation[0]): HIDDEN_GOAL})
        return self._seen[self._cell]

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self._cell = self._after[self._cell, actions]
        reward = (self._cell == self.variation).astype(np.float32)
        self._steps += 1
        if self._film.on:
            self._film.went(int(self._cell[0]), {int(self.variation[0]): HIDDEN_GOAL}, bool(self._steps[0] == 1))
        done, variation = self._steps >= self._time_limit, self.variation.copy()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._seen[self._cell], reward, done, variation, None)

    def state(self) -> State:
        return {"variation": self.variation.copy(), "cell": self._cell.copy(), "steps": self._steps.copy()}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["cell"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['cell'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._cell = state["cell"].astype(np.int64)
        self._steps = state["steps"].astype(np.int64)
        return self._seen[self._cell]

    def film(self) -> None:
        self._film.on = True

    def frame(self) -> Picture:
        return self._film.draw()

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._cell[slots] = self._start
        self._steps[slots] = 0
        self._film.begins(int(self._cell[0]))
