"""Gridworld's environments: all slots in a few numpy operations.

Observation (4,) float32: the agent's column and row and the goal's, each in [0, 1]. Actions: right, left, down, up; the
border blocks. Reward: 1 at the goal, which ends the episode. The time limit is part of the task.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridworld import GridworldSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.spaces import Actions

CELL = 32  # pixels of a cell's side in a video
MOVES = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])


class GridworldEnv:
    """An Env (worker/envs/base.py). Only the sampler's choices are random, so `seed` is not used."""

    observation_shape: tuple[int, ...] = (4,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", len(MOVES))
    frame_rate = 6

    def __init__(self, suite: GridworldSuite, num_envs: int, sampler: Sampler, seed: int) -> None:
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, dtype=np.int64)
        self._size, self._time_limit, self._sampler = suite.size, suite.time_limit, sampler
        self._place = np.zeros((num_envs, 2), np.int64)
        self._steps = np.zeros(num_envs, np.int64)

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._draw()
        return self._observe()

    def step(self, actions: NDArray[Any]) -> Step:
        self._place = np.clip(self._place + MOVES[actions], 0, self._size - 1)
        self._steps += 1
        success = (self._place == self._goal()).all(axis=1) & (self.variation != IDLE)
        done = success | (self._steps >= self._time_limit)
        variation = self.variation.copy()
        self._draw()
        self._begin(np.flatnonzero(done))
        return Step(self._observe(), success.astype(np.float32), done, variation, success)

    def state(self) -> State:
        return {"variation": self.variation.copy(), "place": self._place.copy(), "steps": self._steps.copy()}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["place"].shape != (self.num_envs, 2):
            raise EnvError(f"this state has {len(state['place'])} slots, not {self.num_envs}")
        self.variation, self._place = state["variation"].astype(np.int64), state["place"].astype(np.int64)
        self._steps = state["steps"].astype(np.int64)
        return self._observe()

    def film(self) -> None:
        """Pictures are drawn anyway: they are cheap here."""

    def frame(self) -> Picture:
        return self._picture

    def _draw(self) -> None:
        """Slot 0: the goal is green, the agent is dark."""
        cells = np.full((self._size, self._size, 3), 235, np.uint8)
        cells[*self._goal()[0, ::-1]] = (64, 160, 70)
        cells[*self._place[0, ::-1]] = (33, 37, 41)
        self._picture = cells.repeat(CELL, axis=0).repeat(CELL, axis=1)

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._place[slots] = 0
        self._steps[slots] = 0

    def _goal(self) -> NDArray[np.int64]:
        """(num_envs, 2): column and row; arbitrary for idle slots."""
        row, column = np.divmod(self.variation, self._size)
        return np.stack([column, row], axis=1)

    def _observe(self) -> NDArray[np.float32]:
        cells = np.concatenate([self._place, self._goal()], axis=1) / (self._size - 1)
        observation: NDArray[np.float32] = cells.astype(np.float32)
        return observation
