"""Every metric of training in a small chart of its own, over the run's environment steps."""

import textwrap
from collections.abc import Sequence
from html import escape
from itertools import groupby

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, MetricSeries, Role
from gsl.backend.figures.figure import Figure, Part
from gsl.backend.figures.grid import LEFT, RIGHT, Grid, Panel, columns_for, grid_figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.sampling import kept
from gsl.backend.figures.style import ROLE_NAMES, View, empty_figure, palette, steps_axis
from gsl.backend.store.figures.metrics import metric_series
from gsl.protocol.metrics import Metric, Unit, metric

PANEL_WIDTH = 250  # CSS pixels below which a panel cannot be read
MAX_COLUMNS = 3
GAP = 56  # between columns, for tick labels
TITLE_SIZE, TITLE_LINE = 11, 15  # CSS pixels
LETTER = 5.6  # CSS pixels, mean width of one of a title's
POINTS = 240  # of a line
SPECIALISTS_POINTS = 900  # of all specialists in a panel
DRAWN: tuple[Role, ...] = ("specialist", "generalist", "finetune")  # specialists are drawn behind
FORMATS: dict[Unit, str] = {"share": ".0%", "steps": "~s", "steps/s": "~s"}
HOVER_FORMATS: dict[Unit, str] = {"share": ".1%", "steps": ",.4~r", "steps/s": ",.4~r", "episodes": ",.4~r"}


def training_metrics(data: Sequence[MetricSeries], view: View) -> Figure:
    """A panel for each metric. Specialists are thin lines that branch off where the generalist had got to."""
    if not data:
        return empty_figure(view, "No training yet", "The charts start with the first epoch.")
    by_metric: dict[str, list[MetricSeries]] = {}
    for one in data:
        by_metric.setdefault(one.metric, []).append(one)
    columns = columns_for(len(by_metric), view, PANEL_WIDTH, MAX_COLUMNS, GAP)
    letters = int(((view.width - LEFT - RIGHT + GAP) / columns - GAP) / LETTER)
    titles = {name: _title(metric(name), letters) for name in by_metric}
    lines = max(len(title) for title in titles.values())
    named: set[Role] = set()
    panels = [
        Panel(_filled(titles[name], lines), _traces(series, view, named), yaxis=value_axis(metric(name), series))
        for name, series in by_metric.items()
    ]
    return grid_figure(panels, _grid(columns, lines, view), view)


def _grid(columns: int, lines: int, view: View) -> Grid:
    small = {"nticks": 4, "tickfont": {"size": 10}}
    return Grid(
        columns=columns,
        panel_height=130,
        title_height=10 + lines * TITLE_LINE,
        x_title="Environment steps of the run",
        xaxis=steps_axis("") | small,
        yaxis=small,
        top=36,
        gap=GAP,
        common_y=False,
    )


def value_axis(known: Metric, series: Sequence[MetricSeries]) -> Part:
    """Plotly's own range would be 2 high around a constant, in which 0.0003 is 0."""
    values = np.concatenate([one.values for one in series])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    pad = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    least = 0.0 if known.unit not in ("", "nats") and low >= 0 else -np.inf  # what is counted ends at 0
    most = 1.0 if known.unit == "share" and high <= 1 else np.inf
    span = [max(least, low - pad), min(most, high + pad)]
    return {"range": span, "tickformat": FORMATS.get(known.unit, ".3~g")}


def _title(known: Metric, letters: int) -> list[str]:
    """The name in bold with its unit, and the meaning, in lines of at most so many letters."""
    unit = f" ({known.unit})" if known.unit not in ("", "share", "episodes") else ""
    name, most = known.title + unit, letters - 4  # bold letters are wider
    name = name if len(name) <= most else f"{name[: most - 1]}…"
    return [f"<b>{escape(name, quote=False)}</b>", *textwrap.wrap(known.meaning, letters)]


def _filled(title: list[str], lines: int) -> str:
    """With empty lines below, so that the names of a row are level."""
    return "<br>".join([*title, *["&nbsp;"] * (lines - len(title))])


def _traces(series: list[MetricSeries], view: View, named: set[Role]) -> list[Part]:
    """All lines of a role as one trace; it is in the legend if it is not among those `named` there."""
    traces = []
    for role in DRAWN:
        lines = [one for one in series if one.role == role]
        if lines:
            traces.append(_trace(lines, role, view) | {"showlegend": role not in named})
            named.add(role)
    return traces


def _trace(lines: list[MetricSeries], role: Role, view: View) -> Part:
    specialist = role == "specialist"
    limit = max(12, SPECIALISTS_POINTS // len(lines)) if specialist else POINTS
    equally_long = groupby(lines, key=lambda one: len(one.values))
    points = np.concatenate([_points(list(group), limit) for _, group in equally_long])  # (points, 4)
    known = metric(lines[0].metric)
    who = "Specialist %{customdata[1]}" if specialist else ROLE_NAMES[role]
    return {
        "type": "scatter", "x": points[:, 0], "y": points[:, 1].astype(np.float32),
        "customdata": points[:, 2:].astype(np.float32), "mode": "lines+markers" if len(points) < 4 else "lines",
        "name": ROLE_NAMES[role], "legendgroup": role, "marker": {"size": 4},
        "line": {"color": palette(view).role(role), "width": 1 if specialist else 1.6},
        "opacity": 0.5 if specialist else 1.0,
        "hovertemplate": f"<b>{who}</b>, epoch %{{customdata[0]:,}}<br>"
        f"%{{y:{HOVER_FORMATS.get(known.unit, '.4~g')}}} at %{{x:,}} steps<extra></extra>",
    }  # fmt: skip


def _points(lines: Sequence[MetricSeries], limit: int) -> FloatArray:
    """Steps, value, epoch and index of the sampled epochs, and a NaN row that ends each of some equally long lines."""
    values = np.stack([one.values for one in lines])  # (lines, epochs)
    table = np.full((*values.shape, 4), np.nan)
    table[..., 0], table[..., 1] = [one.steps for one in lines], values
    table[..., 2], table[..., 3] = [one.epochs for one in lines], [[one.index] for one in lines]
    ends = ((0, 0), (0, 1))
    chosen = np.pad(kept(values, limit), ends, constant_values=True)
    points: FloatArray = np.pad(table, (*ends, (0, 0)), constant_values=np.nan)[chosen]
    return points


FIGURE = RunFigure(
    name="training_metrics",
    title="Metrics of training",
    description="What learner and guide report of each epoch, and its speed. Specialists are the thin lines, and "
    "branch off where the generalist had got to.",
    tab=None,
    position=35,
    build=lambda session, run_id, options: training_metrics(metric_series(session, run_id), options.view),
    ready=lambda state: state.epochs or state.specialist_epochs,
)
