"""A picture of the fork maze and of a policy's paths through it, as SVG text.

Each path has the colour of its goal. A path that reached the goal is a solid line; any other is dashed and ends in a
cross. The picture has its own background, light or dark according to the viewer's preference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs.base import IDLE
from gsl.worker.envs.forkmaze.map import MOVES, ForkMaze

CELL, MARGIN, LABEL = 24, 16, 150  # pixels: a cell's side, the border, the space for labels on the right
SPREAD = 0.6  # fraction of a cell over which paths are spread, so that they do not hide each other

STYLE = """
.ground{fill:#fff}.floor{fill:#f1f3f5}.wall{stroke:#495057;stroke-width:2;stroke-linecap:square}
text{font:12px system-ui,sans-serif;fill:#343a40}.path{fill:none;stroke-width:1.6;stroke-linejoin:round;opacity:.85}
.failed{stroke-dasharray:4 3;opacity:.55}
@media(prefers-color-scheme:dark){.ground{fill:#1a1b1e}.floor{fill:#2c2e33}.wall{stroke:#adb5bd}text{fill:#dee2e6}}
"""


@dataclass(frozen=True)
class Path:
    """The path of one episode through the maze."""

    variation: int  # its goal
    cells: tuple[tuple[int, int], ...]  # (x, y) from the start to where it ended
    success: bool


def paths(
    suite: ForkMazeSuite,
    observation: NDArray[np.float32],
    action: NDArray[np.integer[Any]],
    done: NDArray[np.bool_],
    variation: NDArray[np.int64],
    success: NDArray[np.bool_],
) -> list[Path]:
    """The complete episodes among T steps of N slots that began with a reset, slot by slot.

    `observation` (T, N, 3) is the policy's input before each step, `action` (T, N) its output; `done`, `variation` and
    `success` (T, N) are results of the step. The last cell follows from the last action.
    """
    maze, found = ForkMaze(suite), []
    for slot in range(done.shape[1]):
        before = maze.cells(observation[:, slot])
        begin = 0
        for end in np.flatnonzero(done[:, slot]).tolist():
            x, y = before[end].tolist()
            last = int(maze.after[maze.index((x, y)), int(action[end, slot])])
            cells = [*map(tuple, before[begin : end + 1].tolist()), (last % maze.width, last // maze.width)]
            if variation[end, slot] != IDLE:
                found.append(Path(int(variation[end, slot]), tuple(cells), bool(success[end, slot])))
            begin = end + 1
    return found


def picture(suite: ForkMazeSuite, episodes: Sequence[Path] = ()) -> str:
    """The maze with start, goals labelled by variation, and the paths; SVG text."""
    maze = ForkMaze(suite)
    width = maze.width * CELL + 2 * MARGIN + LABEL
    height = maze.height * CELL + 2 * MARGIN
    body = [*_floor(maze), *_walls(maze), *_paths(suite, episodes), *_labels(suite, maze, episodes)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><title>Fork maze: {suite.goals} goals, {len(episodes)} paths</title>'
        f'<style>{STYLE}</style><rect class="ground" width="{width}" height="{height}"/>\n'
        + "\n".join(body)
        + "\n</svg>"
    )


def _colour(suite: ForkMazeSuite, goal: int) -> str:
    """Hues around the colour circle, with a lightness for both light and dark backgrounds."""
    return f"hsl({round(360 * goal / suite.goals)} 70% 48%)"


def _centre(x: float, y: float) -> tuple[float, float]:
    return MARGIN + (x + 0.5) * CELL, MARGIN + (y + 0.5) * CELL


def _floor(maze: ForkMaze) -> list[str]:
    return [
        f'<rect class="floor" x="{MARGIN + x * CELL}" y="{MARGIN + y * CELL}" width="{CELL}" height="{CELL}"/>'
        for y, x in np.argwhere(maze.open).tolist()
    ]


def _walls(maze: ForkMaze) -> list[str]:
    """A line on every side of an open cell that is blocked."""
    lines = set()
    for y, x in np.argwhere(maze.open).tolist():
        here = maze.index((x, y))
        for action, (dx, dy) in enumerate(MOVES):
            if maze.after[here, action] == here:
                left, top = x + (dx == 1), y + (dy == 1)
                lines.add((left, top, left + (dx == 0), top + (dy == 0)))
    corners = [[MARGIN + CELL * corner for corner in line] for line in sorted(lines)]
    return [f'<line class="wall" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>' for x1, y1, x2, y2 in corners]


def _paths(suite: ForkMazeSuite, episodes: Sequence[Path]) -> list[str]:
    drawn = []
    for number, path in enumerate(episodes):
        shift = SPREAD * ((number + 0.5) / len(episodes) - 0.5)
        points = [_centre(x + shift, y + shift) for x, y in path.cells]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        kind = "path" if path.success else "path failed"
        drawn.append(f'<polyline class="{kind}" stroke="{_colour(suite, path.variation)}" points="{line}"/>')
        if not path.success:
            drawn.append(_cross(points[-1], _colour(suite, path.variation)))
    return drawn


def _cross(at: tuple[float, float], colour: str) -> str:
    x, y = at
    return f'<path class="path" stroke="{colour}" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"/>'


def _labels(suite: ForkMazeSuite, maze: ForkMaze, episodes: Sequence[Path]) -> list[str]:
    """The start, and next to each goal its name and the number of its paths that arrived."""
    x, y = _centre(*maze.start)
    drawn = [f'<circle cx="{x}" cy="{y}" r="5" fill="#868e96"/><text x="{MARGIN}" y="{y - CELL * 0.75}">start</text>']
    for goal, (goal_x, goal_y) in enumerate(maze.goals):
        x, y = _centre(goal_x, goal_y)
        sent = [path.success for path in episodes if path.variation == goal]
        arrived = f": {sum(sent)} of {len(sent)}" if sent else ""
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="6" fill="{_colour(suite, goal)}"/>'
            f'<text x="{x + CELL}" y="{y + 4}">{suite.variation_name(goal)}{arrived}</text>'
        )
    return drawn
