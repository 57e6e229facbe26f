"""One metric of training in a small chart: a line for each job of one run, or of several laid over one another."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, MetricSeries, Role
from gsl.backend.figures.figure import Part
from gsl.backend.figures.sampling import kept
from gsl.backend.figures.style import ROLE_NAMES, View, literal, palette, steps_axis, template
from gsl.backend.figures.training_metrics import DRAWN, HOVER_FORMATS, POINTS, SPECIALISTS_POINTS, value_axis
from gsl.method.curves import smooth_causally
from gsl.protocol.metrics import metric

Scale = Literal["linear", "log"]
HEIGHT = 190


def chart_layout(series: Sequence[MetricSeries], view: View, scale: Scale) -> Part:
    """Axes that fit all runs; the heading is beside the chart, where it may wrap."""
    known = metric(series[0].metric)
    values = value_axis(known, series) if scale == "linear" else {"type": "log", "dtick": "D2" if view.narrow else None}
    end = max((int(one.steps.max(initial=0)) for one in series), default=0)
    cursor: Part = {"showspikes": True, "spikemode": "across", "spikethickness": 1, "spikedash": "solid"}
    cursor |= {"spikecolor": palette(view).muted, "spikesnap": "cursor", "hoverformat": ".3~s"}
    small = {"nticks": 4, "tickfont": {"size": 10}}
    return {
        "template": template(view.theme), "height": HEIGHT, "margin": {"l": 48, "r": 16, "t": 8, "b": 28},
        "font": {"size": 11}, "showlegend": False, "hovermode": "x", "hoverlabel": {"font": {"size": 10}},
        "xaxis": steps_axis("", end) | small | cursor,
        "yaxis": values | small,
    }  # fmt: skip


def chart_traces(
    series: Sequence[MetricSeries], view: View, scale: Scale, memory: float, overlaid: tuple[str, str] | None = None
) -> list[Part]:
    """Lines of one run, smoothed over `memory` epochs; `overlaid` is its name and colour if there are others."""
    by_role: Mapping[Role, list[MetricSeries]] = {role: [one for one in series if one.role == role] for role in DRAWN}
    return [_trace(role, lines, view, scale, memory, overlaid) for role, lines in by_role.items() if lines]


def _trace(
    role: Role, lines: Sequence[MetricSeries], view: View, scale: Scale, memory: float, overlaid: tuple[str, str] | None
) -> Part:  # fmt: skip
    specialist, known = role == "specialist", metric(lines[0].metric)
    limit = max(12, SPECIALISTS_POINTS // len(lines)) if specialist else POINTS
    points = np.concatenate([_points(one, limit, scale, memory) for one in lines])  # (points, 5)
    name, colour = overlaid or ("", palette(view).role(role))
    who = "Specialist %{customdata[2]}" if specialist else ROLE_NAMES[role]
    form = HOVER_FORMATS.get(known.unit, ".4~g")
    measured = f" (measured %{{customdata[0]:{form}}})" if memory else ""
    return {
        "type": "scatter", "x": points[:, 0], "y": points[:, 1], "customdata": points[:, 2:].astype(np.float32),
        "mode": "lines+markers" if len(points) < 4 else "lines", "marker": {"size": 4}, "name": ROLE_NAMES[role],
        "line": {"color": colour, "width": 1 if specialist else 1.6}, "opacity": 0.5 if specialist else 1.0,
        "hovertemplate": f"{f'<b>{literal(name)}</b> ' if name else ''}{who} %{{y:{form}}}{measured}, "
        "epoch %{customdata[1]:,}<extra></extra>",
    }  # fmt: skip


def _points(line: MetricSeries, limit: int, scale: Scale, memory: float) -> FloatArray:
    """Steps, smoothed and measured value, epoch and index of sampled epochs, and a NaN row that ends the line.

    Values of 0 and less have no place on a logarithmic axis, and leave gaps.
    """
    smoothed = smooth_causally(line.values, line.epochs, memory)
    if scale == "log":
        smoothed = np.where(smoothed > 0, smoothed, np.nan)
    rows = np.flatnonzero(kept(smoothed[np.newaxis], limit)[0])
    columns = (line.steps[rows], smoothed[rows], line.values[rows], line.epochs[rows], np.full(len(rows), line.index))
    return np.concatenate([np.stack(columns, axis=1), np.full((1, 5), np.nan)])
