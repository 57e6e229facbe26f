"""Pictures of one episode in a small grid, as pixels: the cells, what is hidden in them, and the way so far."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import Picture

Colour = tuple[int, int, int]
HIDDEN_GOAL, KEY, DOOR = (18, 184, 134), (250, 176, 5), (76, 110, 245)
_GROUND, _LINE, _WAY, _AGENT = (255, 255, 255), (222, 226, 230), (134, 142, 150), (33, 37, 41)
_WIDTH, _SMALLEST, _LARGEST = 480, 8, 64  # pixels: a picture's width if cells of these sizes allow it
FRAME_RATE = 6


class GridFilm:
    """The way of the episode that is filmed. Row 0 is at the bottom, because up leads to the next row."""

    def __init__(self, size: int) -> None:
        self.on = False  # nothing is remembered until it is
        self._size = size
        self._side = min(max(_WIDTH // size, _SMALLEST), _LARGEST) // 2 * 2
        self._start, self._way, self._hidden = 0, list[int](), dict[int, Colour]()

    def begins(self, cell: int) -> None:
        """The next episode; until its first step, the last moment of the one before stays to be seen."""
        self._start = cell

    def shows_start(self, hidden: Mapping[int, Colour]) -> None:
        """`hidden`: what lies in which cells, although the agent does not see it."""
        self._way, self._hidden = [self._start], dict(hidden)

    def went(self, cell: int, hidden: Mapping[int, Colour], first: bool) -> None:
        """To this cell, by the first step of an episode or by a later one."""
        self._way = [*([self._start] if first else self._way), cell]
        self._hidden = dict(hidden)

    def draw(self) -> Picture:
        pixels = self._size * self._side
        picture = np.full((pixels, pixels, 3), _GROUND, np.uint8)
        picture[:: self._side], picture[:, :: self._side] = _LINE, _LINE
        picture[-1], picture[:, -1] = _LINE, _LINE
        for cell, colour in self._hidden.items():
            top, left = self._corner(cell)
            picture[top + 2 : top + self._side - 1, left + 2 : left + self._side - 1] = colour
        for before, after in pairwise(self._way):
            self._line(picture, before, after)
        self._dot(picture, self._way[-1])
        return picture

    def _corner(self, cell: int) -> tuple[int, int]:
        row, column = divmod(cell, self._size)
        return (self._size - 1 - row) * self._side, column * self._side

    def _line(self, picture: Picture, before: int, after: int) -> None:
        """Between the centres of two cells that are neighbours, or the same."""
        half, thick = self._side // 2, max(1, self._side // 16)
        (top, left), (bottom, right) = sorted((self._corner(before), self._corner(after)))
        left, right = sorted((left, right))
        picture[top + half - thick : bottom + half + thick, left + half - thick : right + half + thick] = _WAY

    def _dot(self, picture: Picture, cell: int) -> None:
        top, left = self._corner(cell)
        half = self._side / 2
        rows: NDArray[np.float64] = np.arange(picture.shape[0])[:, None] + 0.5 - top - half
        columns: NDArray[np.float64] = np.arange(picture.shape[1])[None, :] + 0.5 - left - half
        picture[rows**2 + columns**2 <= (self._side * 0.3) ** 2] = _AGENT
