"""Each specialist's training, and what the generalist reached on the same variations."""

import numpy as np

from gsl.backend.domain.figure_data import SpecialistSeries
from gsl.backend.figures.figure import Figure, Part
from gsl.backend.figures.grid import Grid, Panel, columns_for, grid_figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.sampling import points_per_curve, rows_to_keep
from gsl.backend.figures.specialist_lines import specialist_of
from gsl.backend.figures.style import METRIC_NAMES, NUMBER_FORMATS, View, empty_figure, literal, palette, steps_axis
from gsl.backend.store.figures.curves import specialist_series

PANEL_WIDTH = 132  # CSS pixels below which a panel cannot be read
MAX_COLUMNS = 8
NAMES_IN_HOVER = 6
SELECTED = " (biased low by selection)"  # of noisy means the lowest are lowest by bad luck too
ALONE_HEIGHT = 300
MARKS = {"failed": " ✕", "cancelled": " ✕", "succeeded": " ✓"}


def specialists(data: tuple[SpecialistSeries, ...], view: View, alone: str | None = None) -> Figure:
    """A grid of small curves on the same axes, or only one; the dashed line is the generalist's evaluated mean."""
    if alone is not None:
        data = tuple(series for series in data if specialist_of(series.curve) == alone)
    if not any(len(series.curve.epochs) for series in data):
        return empty_figure(view, "No specialist training yet", "Specialists start once the gate is approved.")
    if all(np.isnan(series.curve.scores.of(view.metric)).all() for series in data):
        return empty_figure(view, "No success rate", "This suite reports no success. Choose the mean return instead.")
    limit = points_per_curve(len(data))
    panels = [
        Panel(_title(series), _traces(series, view, limit, first=place == 0)) for place, series in enumerate(data)
    ]
    return grid_figure(panels, _grid(data, view), view)


def _grid(data: tuple[SpecialistSeries, ...], view: View) -> Grid:
    ended = sum(series.status == "succeeded" for series in data)
    own_steps = max(int(series.curve.steps.max(initial=0)) - series.curve.start_steps for series in data)
    y_axis = {"nticks": 4, "tickfont": {"size": 10}, "range": _range(data, view)}
    if view.metric == "success":
        y_axis |= {"tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    return Grid(
        columns=columns_for(len(data), view, PANEL_WIDTH, MAX_COLUMNS),
        panel_height=ALONE_HEIGHT if len(data) == 1 else 110 if len(data) <= 12 else 76,
        title_height=20,
        x_title=f"{METRIC_NAMES[view.metric]} over own steps · {ended} of {len(data)} succeeded",
        xaxis=steps_axis("") | {"nticks": 4, "tickfont": {"size": 10}, "range": [0, own_steps]},
        yaxis=y_axis,
        top=56 if view.narrow else 36,
    )


def _range(data: tuple[SpecialistSeries, ...], view: View) -> list[float]:
    """The range of all panels; Plotly's own autorange for matched axes considers only one."""
    if view.metric == "success":
        return [0.0, 1.0]
    values = np.concatenate([series.curve.scores.of(view.metric) for series in data])
    levels = [series.baseline_return for series in data if series.baseline_return is not None]
    low, high = min([float(np.nanmin(values)), *levels]), max([float(np.nanmax(values)), *levels])
    pad = 0.06 * ((high - low) or 1.0)
    return [low - pad, high + pad]


def _title(series: SpecialistSeries) -> str:
    """Number, variations and how it ended, short enough for a narrow panel."""
    more = f" +{len(series.variations) - 1}" if len(series.variations) > 1 else ""
    return f"{_number(series.curve.key)}: {literal(series.variations[0])}{more}{MARKS.get(series.status, '')}"


def _number(key: str) -> str:
    """`3`, in the second cycle `2.3`; `low` for the generalist trained on all the lowest before specialists."""
    kind, cycle, *index = key.split("-")
    numbers = [*([] if cycle == "1" else [cycle]), *(index if kind == "specialist" else ["low"])]
    return ".".join(numbers)


def _traces(series: SpecialistSeries, view: View, limit: int, *, first: bool) -> list[Part]:
    curve, colours, form = series.curve, palette(view), NUMBER_FORMATS[view.metric]
    values = curve.scores.of(view.metric)
    rows = rows_to_keep(values, limit)
    own_steps = curve.steps[rows] - curve.start_steps
    trained = {
        "type": "scatter", "x": own_steps, "y": values[rows], "mode": "lines", "name": "Specialist",
        "legendgroup": "specialist", "showlegend": first, "line": {"color": colours.specialist, "width": 1.6},
        "meta": {"specialist": specialist_of(curve)},
        "hovertemplate": f"<b>{curve.key}</b>: {_members(series)}<br>%{{y:{form}}} after %{{x:,}} own steps"
        "<br>click to see it alone<extra></extra>",
    }  # fmt: skip
    baseline = series.baseline(view.metric)
    if baseline is None:
        return [trained]
    end = int(own_steps[-1]) if len(own_steps) else 1
    gate = "at the gate" + ("" if series.fresh else SELECTED)
    level = {
        "type": "scatter", "x": [0, end], "y": [baseline, baseline], "mode": "lines", "showlegend": first,
        "name": f"Generalist {gate}, same variations", "legendgroup": "generalist",
        "line": {"color": colours.generalist, "width": 1.6, "dash": "dash"},
        "hovertemplate": f"generalist {gate}: %{{y:{form}}}<br>on {_members(series)}<extra></extra>",
    }  # fmt: skip
    return [trained, level]


def _members(series: SpecialistSeries) -> str:
    more = len(series.variations) - NAMES_IN_HOVER
    return literal(", ".join(series.variations[:NAMES_IN_HOVER])) + (f" and {more} more" if more > 0 else "")


FIGURE = RunFigure(
    name="specialists",
    title="Specialists side by side",
    description="The training score of each specialist over its own steps. The dashed line is the generalist's "
    "evaluated mean on the same variations. Click a specialist to see it alone.",
    tab="specialists",
    position=40,
    controls=("metric", "specialist"),
    build=lambda session, run_id, options: specialists(
        specialist_series(session, run_id), options.view, options.specialist
    ),
    ready=lambda state: state.specialist_epochs,
)
