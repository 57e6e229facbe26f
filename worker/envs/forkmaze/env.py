"""The fork maze, with all slots in a few numpy operations.

Observation (3,) float32: x, y, context, each in [-2, 2] (`map.SCALE`).
Actions: right, left, down, up; walls block.
Reward: 1 at the right goal, plus `progress_reward` times the change of progress, the fraction of the maze's width that
lies behind the agent. Going back costs what progress has earned, so a return is always
`success + progress_reward * final progress`. At the right goal this is 1 + progress_reward, the upper end of
`suite.score_range`, whatever the path. Every goal ends the episode; a wrong one is no success, and only its progress is
rewarded.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs.base import IDLE, EnvError, Picture, Sampler, State, Step, deal
from gsl.worker.envs.forkmaze.film import MazePicture
from gsl.worker.envs.forkmaze.map import MOVES, ForkMaze
from gsl.worker.spaces import Actions


class ForkMazeEnv:
    """An Env that can be filmed. Only the sampler's choices are random, so `seed` is not used."""

    observation_shape: tuple[int, ...] = (3,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", len(MOVES))
    frame_rate = 8

    def __init__(self, suite: ForkMazeSuite, num_envs: int, sampler: Sampler, seed: int = 0) -> None:
        unknown = sorted(sampler.variations - set(range(suite.goals)))
        if unknown:
            raise EnvError(f"the maze has goals 0..{suite.goals - 1}, not {unknown[:10]}")
        self.maze = ForkMaze(suite)
        self.num_envs = num_envs
        self.variation = np.full(num_envs, IDLE, dtype=np.int64)
        self._time_limit = suite.time_limit
        self._sampler = sampler
        self._start = self.maze.index(self.maze.start)
        x = np.arange(self.maze.width * self.maze.height) % self.maze.width
        self._progress = (suite.progress_reward * x / (self.maze.width - 1)).astype(np.float32)
        self._cell = np.full(num_envs, self._start, dtype=np.int64)
        self._goal = np.full(num_envs, IDLE, dtype=np.int64)  # index of the right goal's cell; an idle slot has none
        self._is_goal = np.isin(np.arange(x.size), self.maze.goal_index)
        self._steps = np.zeros(num_envs, dtype=np.int64)
        self._observation = np.empty((num_envs, 3), dtype=np.float32)
        self._picture: MazePicture | None = None
        self._way: list[int] = []  # of slot 0, if it is filmed
        self._shown = IDLE  # the variation of that episode

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.arange(self.num_envs))
        self._way = []
        self._note(int(self._cell[0]), int(self.variation[0]))
        return self._observe()

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        cell = self.maze.after[self._cell, actions]
        success = cell == self._goal
        reward = self._progress[cell] - self._progress[self._cell] + success
        self._cell = cell
        self._steps += 1
        done = self._is_goal[cell] | (self._steps >= self._time_limit)
        variation = self.variation.copy()
        if self._picture is not None:
            self._note(int(cell[0]), int(variation[0]))
        if done.any():
            self._begin(np.flatnonzero(done))
        return Step(self._observe(), reward.astype(np.float32), done, variation, success)

    def state(self) -> State:
        return {"variation": self.variation.copy(), "cell": self._cell.copy(), "steps": self._steps.copy()}

    def restore(self, state: State) -> NDArray[np.float32]:
        if state["cell"].shape != (self.num_envs,):
            raise EnvError(f"this state has {len(state['cell'])} slots, not {self.num_envs}")
        self.variation = state["variation"].astype(np.int64)
        self._cell = state["cell"].astype(np.int64)
        self._steps = state["steps"].astype(np.int64)
        self._look_up(np.arange(self.num_envs))
        return self._observe()

    def film(self) -> None:
        self._picture = MazePicture(self.maze)

    def frame(self) -> Picture:
        if self._picture is None:
            raise EnvError("the maze was not told that it is filmed")
        return self._picture.draw(self._shown, self._way)

    def _note(self, cell: int, variation: int) -> None:
        """Where slot 0 is; where an episode begins, its way begins at the start."""
        if self._steps[0] <= 1:
            self._way = [self._start]
        self._way.append(cell)
        self._shown = variation

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, slots: NDArray[np.int64]) -> None:
        self.variation[slots] = [deal(self._sampler, slot) for slot in slots.tolist()]
        self._cell[slots] = self._start
        self._steps[slots] = 0
        self._look_up(slots)

    def _look_up(self, slots: NDArray[np.int64]) -> None:
        """Record the goal's cell and the context of these slots' variations."""
        variation = self.variation[slots]
        idle = variation == IDLE
        self._goal[slots] = np.where(idle, IDLE, self.maze.goal_index[variation])
        self._observation[slots, 2] = np.where(idle, 0.0, self.maze.context[variation])

    def _observe(self) -> NDArray[np.float32]:
        self._observation[:, :2] = self.maze.position[self._cell]
        return self._observation.copy()
