"""Pictures of one episode in the fork maze, as pixels: the maze, its goals, the way so far and where the agent is."""

import colorsys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import IDLE, Picture
from gsl.worker.envs.forkmaze.map import MOVES, ForkMaze

_WIDTH, _SMALLEST, _LARGEST = 480, 8, 32  # pixels: a picture's width if cells of these sizes allow it
_GROUND, _FLOOR, _WALL, _AGENT, _OTHER = (255, 255, 255), (236, 239, 242), (73, 80, 87), (33, 37, 41), (173, 181, 189)
Colour = tuple[int, int, int]


class MazePicture:
    """Draws the maze. The goal that counts is large and coloured, and so is the way; other goals are small and grey."""

    def __init__(self, maze: ForkMaze) -> None:
        self._maze = maze
        wanted = _WIDTH // (max(maze.width, maze.height) + 1)
        self._side = min(max(wanted, _SMALLEST), _LARGEST) // 4 * 4  # its half is even, and so are both sides
        self._empty = self._drawn_empty()

    def draw(self, goal: int, way: Sequence[int]) -> Picture:
        """`goal` is the variation, or IDLE; `way` are the indices of the cells so far, the last one the agent's."""
        picture, colour = self._empty.copy(), self._colour(goal)
        if goal != IDLE:
            self._dot(picture, self._centre(int(self._maze.goal_index[goal])), self._side * 0.42, colour)
        for before, after in pairwise(way):
            self._line(picture, before, after, colour)
        self._dot(picture, self._centre(way[-1]), self._side * 0.28, _AGENT)
        return picture

    def _colour(self, goal: int) -> Colour:
        """As in the picture of all paths (picture.py)."""
        red, green, blue = colorsys.hls_to_rgb(max(goal, 0) / self._maze.suite.goals, 0.48, 0.7)
        return round(red * 255), round(green * 255), round(blue * 255)

    def _drawn_empty(self) -> Picture:
        maze, side = self._maze, self._side
        picture = np.full(((maze.height + 1) * side, (maze.width + 1) * side, 3), _GROUND, np.uint8)
        for y, x in np.argwhere(maze.open).tolist():
            top, left = self._corner(x, y)
            picture[top : top + side, left : left + side] = _FLOOR
        for y, x in np.argwhere(maze.open).tolist():
            self._walls(picture, x, y)
        for cell in maze.goal_index.tolist():
            self._dot(picture, self._centre(cell), side * 0.2, _OTHER)
        return picture

    def _walls(self, picture: Picture, x: int, y: int) -> None:
        """A line, two pixels wide, on every side of an open cell that is blocked."""
        here, side, (top, left) = self._maze.index((x, y)), self._side, self._corner(x, y)
        for action, (dx, dy) in enumerate(MOVES):
            if self._maze.after[here, action] != here:
                continue
            if dx:
                at = left + (dx == 1) * side
                picture[top - 1 : top + side + 1, at - 1 : at + 1] = _WALL
            else:
                at = top + (dy == 1) * side
                picture[at - 1 : at + 1, left - 1 : left + side + 1] = _WALL

    def _corner(self, x: int, y: int) -> tuple[int, int]:
        """Top and left of a cell; half a cell is the border."""
        return y * self._side + self._side // 2, x * self._side + self._side // 2

    def _centre(self, cell: int) -> tuple[int, int]:
        y, x = divmod(cell, self._maze.width)
        return (y + 1) * self._side, (x + 1) * self._side

    def _line(self, picture: Picture, before: int, after: int, colour: Colour) -> None:
        """Between the centres of two cells that are neighbours, or the same."""
        (y, x), (to_y, to_x) = sorted((self._centre(before), self._centre(after)))
        half = max(1, self._side // 12)
        picture[y - half : to_y + half, x - half : to_x + half] = colour

    @staticmethod
    def _dot(picture: Picture, centre: tuple[int, int], radius: float, colour: Colour) -> None:
        rows: NDArray[np.float64] = np.arange(picture.shape[0])[:, None] + 0.5 - centre[0]
        columns: NDArray[np.float64] = np.arange(picture.shape[1])[None, :] + 0.5 - centre[1]
        picture[rows**2 + columns**2 <= radius**2] = colour
