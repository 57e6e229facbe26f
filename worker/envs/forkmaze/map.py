"""The fork maze's geometry: cells, walls and the effect of each of the four moves.

      +--0      The start s is the left end of the corridor that all share; its right end opens into the fork
s-----+--1      column, from which one branch a goal leads to the right, a row each. There are walls between the
      +--2      branches, so that one changes branch in the fork column only.
"""

from collections import deque
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite
from gsl.seeds import derive

MOVES = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""(dx, dy) of the actions: right, left, down, up."""

SCALE = 2.0
"""Half the range of every entry of an observation, which gives each about unit variance over the maze.

Ignoring a shuffled context is easy because nearby values mean unrelated goals; how easy depends on this scale. With
1, a PPO of 128 x 2 units stayed at two of ten goals for two million steps; with 2, it had four after 0.3 M steps and
six after 1 M.
"""


class ForkMaze:
    """Cells are (x, y), x to the right, y down; a cell's index is y * width + x."""

    def __init__(self, suite: ForkMazeSuite) -> None:
        self.suite = suite
        self.fork_x = suite.corridor
        self.width = suite.corridor + 1 + suite.branch
        self.height = suite.goals
        self.start = (0, (self.height - 1) // 2)
        self.goals = tuple((self.width - 1, goal) for goal in range(suite.goals))

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """(height, width); whether the agent can be there."""
        cells = np.zeros((self.height, self.width), dtype=np.bool_)
        cells[self.start[1], : self.fork_x] = True
        cells[:, self.fork_x :] = True
        return cells

    def index(self, cell: tuple[int, int]) -> int:
        return cell[1] * self.width + cell[0]

    @cached_property
    def goal_index(self) -> NDArray[np.int64]:
        """(goals,) index of each goal's cell."""
        return np.array([self.index(goal) for goal in self.goals], dtype=np.int64)

    @cached_property
    def after(self) -> NDArray[np.int64]:
        """(cells, 4): the cell after each move; at a wall or the border the agent stays where it is."""
        table = np.repeat(np.arange(self.width * self.height, dtype=np.int64)[:, None], len(MOVES), axis=1)
        for y, x in np.argwhere(self.open).tolist():
            for action, (dx, dy) in enumerate(MOVES):
                if self._passes(x, y, dx, dy):
                    table[y * self.width + x, action] = (y + dy) * self.width + x + dx
        return table

    def _passes(self, x: int, y: int, dx: int, dy: int) -> bool:
        """Whether there is no wall between an open cell and its neighbour."""
        inside = 0 <= x + dx < self.width and 0 <= y + dy < self.height
        return inside and bool(self.open[y + dy, x + dx]) and (dy == 0 or x == self.fork_x)

    @cached_property
    def position(self) -> NDArray[np.float32]:
        """(cells, 2): x and y of each cell scaled to [-SCALE, SCALE], as in observations."""
        y, x = np.divmod(np.arange(self.width * self.height), self.width)
        return np.stack([_scaled(x, self.width), _scaled(y, self.height)], axis=1)

    @cached_property
    def context(self) -> NDArray[np.float32]:
        """(goals,): the scalar in [-SCALE, SCALE] that identifies each goal, in a fixed permutation if shuffled."""
        order = np.arange(self.suite.goals)
        if self.suite.context_order == "shuffled":
            order = np.random.default_rng(derive(self.suite.context_seed, "forkmaze context")).permutation(order)
        return _scaled(order, self.suite.goals)

    def cells(self, observation: NDArray[np.float32]) -> NDArray[np.int64]:
        """Decode observations (n, 3) to cells (n, 2) of (x, y)."""
        spans = np.array([self.width - 1, self.height - 1])
        cells: NDArray[np.int64] = np.rint((observation[:, :2] / SCALE + 1) / 2 * spans).astype(np.int64)
        return cells

    def shortest_path(self, goal: int) -> list[tuple[int, int]]:
        """Cells from the start to a goal, both included, by breadth-first search."""
        before = {self.index(self.start): -1}
        queue = deque(before)
        while queue:
            cell = queue.popleft()
            for neighbour in self.after[cell].tolist():
                if neighbour not in before:
                    before[neighbour] = cell
                    queue.append(neighbour)
        path, cell = [], int(self.goal_index[goal])
        while cell >= 0:
            path.append((cell % self.width, cell // self.width))
            cell = before[cell]
        return path[::-1]


def _scaled(values: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Integers 0..count-1, evenly over [-SCALE, SCALE]."""
    return (SCALE * (2 * values / max(count - 1, 1) - 1)).astype(np.float32)
