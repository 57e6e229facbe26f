"""GridNavi, with all slots in a few numpy operations.

Observation (2,) float32: column and row, each in [-1, 1].
Actions: stay, right, up, left, down; at the border, the agent stays where it is.
Reward: 1 on the goal after the step, otherwise -0.1. An episode lasts for `time_limit` steps, which is part of
the task.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites.gridnavi import GridNaviSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.grid_film import FRAME_RATE, HIDDEN_GOAL, GridFilm
from gsl.worker.spaces import Actions

MOVES = ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1))
GOAL, ELSEWHERE = np.float32(1.0), np.float32(-0.1)


class GridNaviEnv:
    """An Env that can be filmed. Only the sampler's choices are random, so `seed` is not used."""

    observation_shape: tuple[int, ...] = (2,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", len(MOVES))
    frame_rate = FRAME_RATE

    def __init__(self, suite: GridNaviSuite, num_envs: int, sampler: Sampler, seed: int = 0) -> None:
        unknown = sorted(sampler.variations - set(suite.goals()))
        if unknown:
            raise EnvError(f"these are no goals of the grid: {unknown[:10]}")
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, np.int64)  # the number of the goal's cell
        self._time_limit, self._sampler = suite.time_limit, sampler
        cells = np.array([suite.cell(number) for number in range(suite.size**2)])  # (cells, 2)
        moved = (cells[:, None] + np.array(MOVES)).clip(0, suite.size - 1)
        self._after = moved[..., 0] + suite.size * moved[..., 1]  # (cells, moves)
        self._seen = (2 * cells / (suite.size - 1) - 1).astype(np.float32)
        self._cell = np.zeros(num_envs, np.int64)
        self._steps = np.zeros(num_envs, np.int64)
        self._film = GridFilm(suite.size)

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._film.shows_start({int(self.variation[0]): HIDDEN_GOAL})
        return self._seen[self._cell]

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        self._cell = self._after[self._cell, actions]
        there = self._cell == self.variation
        self._steps += 1
        if self._film.on:
            self._film.went(int(self._cell[0]), {int(self.variation[0]): HIDDEN_GOAL}, bool(self._steps[0] == 1))
        done, variation = self._steps >= self._time_limit, self.variation.copy()
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._seen[self._cell], np.where(there, GOAL, ELSEWHERE), done, variation, None)

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
        self._cell[slots] = 0
        self._steps[slots] = 0
        self._film.begins(int(self._cell[0]))
