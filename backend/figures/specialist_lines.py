"""Specialists within the learning curve: a line each, or, if there are many, a band with median, best and worst."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gsl.backend.domain.figure_data import Curve, FloatArray
from gsl.backend.domain.run_axis import branch_of
from gsl.backend.figures.arms import translucent
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.smoothed import hover, points
from gsl.backend.figures.style import View, palette

MOST_LINES = 12
"""Specialists up to which each has a line that can be told from the others."""
CELLS = 80  # places of a cycle at which its specialists are compared
GROUP = "Specialists"


@dataclass(frozen=True, eq=False)
class Drawn:
    """A cycle's specialists by their points (see `smoothed.points`), without the rows that end lines."""

    lines: list[FloatArray]

    def end(self, place: int) -> float:
        """Smoothed score at the end; NaN if there never was one."""
        known = self.lines[place][~np.isnan(self.lines[place][:, 2])]
        return float(known[-1, 2]) if len(known) else np.nan

    def table(self, grid: FloatArray) -> FloatArray:
        """Smoothed scores at the places of the grid, NaN beyond a specialist's own; shape (specialists, places)."""
        rows = []
        for line in self.lines:
            known = line[~np.isnan(line[:, 2])]
            rows.append(
                np.interp(grid, known[:, 0], known[:, 2], left=np.nan, right=np.nan)
                if len(known)
                else np.full(len(grid), np.nan)
            )
        return np.stack(rows)


def specialist_of(curve: Curve) -> str | None:
    """Cycle and number, `1-12`; None for the generalist trained on all the lowest variations before specialists."""
    branch = branch_of(curve.key)
    return None if branch is None else "-".join(branch)


def add_specialists(figure: Figure, curves: Sequence[Curve], sigma: float, view: View, limit: int) -> None:
    """Draws them behind what is drawn later."""
    drawn = [points(curve, sigma, view, limit) for curve in curves]
    many = len({curve.key for curve in curves}) > MOST_LINES
    _add_lines(figure, drawn, view, faint=many)
    if not many:
        return
    for cycle in sorted({int(line[0, 5]) for line in drawn}):
        lines = [line[:-1] for line in drawn if int(line[0, 5]) == cycle and len(line) > 1]
        if lines:
            _add_band(figure, Drawn(lines), view, first=cycle == 1)


def _add_lines(figure: Figure, drawn: Sequence[FloatArray], view: View, *, faint: bool) -> None:
    """All as one trace; where a band says how they do, they are there to be pointed at."""
    joined = np.concatenate(drawn)
    figure.add_scatter(
        x=joined[:, 0], y=joined[:, 2], customdata=joined[:, [3, 1, 4, 5]], opacity=0.22 if faint else 0.75,
        line={"color": palette(view).specialist, "width": 0.8 if faint else 1.2},
        mode="lines+markers" if len(joined) < 4 else "lines", name=GROUP, legendgroup=GROUP, showlegend=not faint,
        hovertemplate=hover("specialist", view),
    )  # fmt: skip


def _add_band(figure: Figure, cycle: Drawn, view: View, *, first: bool) -> None:
    """From the worst to the best of each moment, the median, and who ends best and worst."""
    colour = palette(view).specialist
    begin, end = (of(of(line[:, 0]) for line in cycle.lines) for of in (min, max))
    grid = np.linspace(begin, end, CELLS)
    table = cycle.table(grid)
    known = ~np.isnan(table).all(axis=0)
    grid, table = grid[known], table[:, known]
    if not len(grid):
        return
    low, high, middle = (of(table, axis=0) for of in (np.nanmin, np.nanmax, np.nanmedian))
    shared = {"legendgroup": GROUP, "mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(
        **shared, x=np.concatenate([grid, grid[::-1]]), y=np.concatenate([high, low[::-1]]), fill="toself",
        fillcolor=translucent(colour, 0.22), line={"width": 0}, showlegend=False, name="Band",
    )  # fmt: skip
    figure.add_scatter(
        **shared, x=grid, y=middle, line={"color": colour, "width": 2.4}, showlegend=first,
        name=f"Median of {len(cycle.lines)} specialists",
    )  # fmt: skip
    ends = np.array([cycle.end(place) for place in range(len(cycle.lines))])
    for what, of, dash in (("Best", np.nanargmax, "dash"), ("Worst", np.nanargmin, "dot")):
        if not np.isnan(ends).all():
            _add_extreme(figure, cycle.lines[int(of(ends))], what, dash, view)


def _add_extreme(figure: Figure, line: FloatArray, what: str, dash: str, view: View) -> None:
    index, cycle = int(line[0, 4]), int(line[0, 5])
    number = f"{cycle}.{index}" if cycle > 1 else str(index)
    figure.add_scatter(
        x=line[:, 0], y=line[:, 2], customdata=line[:, [3, 1, 4, 5]], mode="lines", name=f"{what}: {number}",
        line={"color": palette(view).specialist, "width": 1.6, "dash": dash}, hovertemplate=hover("specialist", view),
    )  # fmt: skip
