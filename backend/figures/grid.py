"""Small panels on common axes, laid out in pixels: Plotly's own subplots take a second for 75 of them."""

import math
from dataclasses import dataclass, field

from gsl.backend.figures.figure import Figure, Part
from gsl.backend.figures.style import View, palette, template

LEFT, RIGHT, BOTTOM = 52, 20, 56  # margins in CSS pixels; at the right, for half of `100%`
GAP = 24  # between columns: half of a tick label on each side


@dataclass(frozen=True)
class Panel:
    """One panel: its title, traces without axes, the place of a dashed vertical line, and what its own y axis adds."""

    title: str
    traces: list[Part]
    line: float | None = None
    yaxis: Part = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """Size of the grid in CSS pixels, and what the axes of all panels share.

    Without `common_y` every panel has a range and tick labels of its own, for which `gap` must leave room.
    """

    columns: int
    panel_height: int
    title_height: int
    x_title: str
    xaxis: Part = field(default_factory=dict)
    yaxis: Part = field(default_factory=dict)
    top: int = 8  # above the first row of titles, for a legend
    gap: int = GAP
    common_y: bool = True

    def height(self, panels: int) -> int:
        rows = math.ceil(panels / self.columns)
        return self.top + rows * (self.panel_height + self.title_height) + self.between * (rows - 1) + BOTTOM

    @property
    def between(self) -> int:
        return 12


def grid_figure(panels: list[Panel], grid: Grid, view: View) -> Figure:
    """All panels share the x axis; tick labels are on the left and below the lowest panel of each column."""
    height = grid.height(len(panels))
    plot = (view.width - LEFT - RIGHT, height - grid.top - BOTTOM)
    layout: Part = {
        "template": template(view.theme), "height": height, "annotations": [_x_title(grid, view)],
        "margin": {"l": LEFT, "r": RIGHT, "t": grid.top, "b": BOTTOM}, "font": {"size": 11 if view.narrow else 12},
        "legend": {"y": 1, "yref": "container", "yanchor": "top"},
    }  # fmt: skip
    data: list[Part] = []
    for number, panel in enumerate(panels):
        x, y = _domains(number, grid, plot)
        lowest = number + grid.columns >= len(panels)
        labels = (lowest, not grid.common_y or number % grid.columns == 0)
        _add_axes(layout, number, (x, y), grid, labels, panel.yaxis)
        layout["annotations"].append(_title(panel.title, x, y, view, small=len(panels) > 12))
        suffix = str(number + 1) if number else ""
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        data += [trace | axes for trace in panel.traces]
        if panel.line is not None:
            layout.setdefault("shapes", []).append(_line(panel.line, axes, view))
    return Figure(data, layout)


def columns_for(panels: int, view: View, panel_width: int, most: int, gap: int = GAP) -> int:
    """As many columns of at least `panel_width` CSS pixels as fit, evenly filled."""
    fit = max(1, min(most, (view.width - LEFT - RIGHT + gap) // (panel_width + gap)))
    rows = math.ceil(panels / fit)
    return math.ceil(panels / rows)


def _domains(number: int, grid: Grid, plot: tuple[int, int]) -> tuple[list[float], list[float]]:
    """Horizontal and vertical place of a panel as fractions of the plot's pixels."""
    row, column = divmod(number, grid.columns)
    width = (plot[0] - grid.gap * (grid.columns - 1)) / grid.columns
    left = column * (width + grid.gap)
    top = row * (grid.panel_height + grid.title_height + grid.between) + grid.title_height
    bottom = top + grid.panel_height
    x = [max(0.0, left / plot[0]), min(1.0, (left + width) / plot[0])]
    return x, [max(0.0, 1 - bottom / plot[1]), min(1.0, 1 - top / plot[1])]


def _add_axes(
    layout: Part, number: int, domains: tuple[list[float], list[float]], grid: Grid,
    labels: tuple[bool, bool], own_y: Part,
) -> None:  # fmt: skip
    suffix = str(number + 1) if number else ""
    for letter, other, domain, common, labelled in (
        ("x", "y", domains[0], grid.xaxis, labels[0]), ("y", "x", domains[1], grid.yaxis | own_y, labels[1]),
    ):  # fmt: skip
        matches = {"matches": letter} if number and (letter == "x" or grid.common_y) else {}
        place = {"domain": domain, "anchor": f"{other}{suffix}", "showticklabels": labelled, "automargin": False}
        layout[f"{letter}axis{suffix}"] = common | place | matches


def _title(text: str, x: list[float], y: list[float], view: View, *, small: bool) -> Part:
    return {
        "text": text, "x": x[0], "xref": "paper", "xanchor": "left", "y": y[1], "yref": "paper", "yanchor": "bottom",
        "showarrow": False, "align": "left", "font": {"size": 10 if small else 11, "color": palette(view).text},
    }  # fmt: skip


def _x_title(grid: Grid, view: View) -> Part:
    """One title for all panels, to leave room for the plots."""
    return {
        "text": grid.x_title, "x": 0.5, "xref": "paper", "xanchor": "center", "y": 0, "yref": "paper", "yanchor": "top",
        "yshift": -26, "showarrow": False, "font": {"color": palette(view).muted},
    }  # fmt: skip


def _line(x: float, axes: dict[str, str], view: View) -> Part:
    return {
        "type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "xref": axes["xaxis"], "yref": f"{axes['yaxis']} domain",
        "line": {"color": palette(view).text, "width": 1.5, "dash": "dash"},
    }  # fmt: skip
