"""Training curves of arms or other groups: the mean over seeds with a band, over all environment steps."""

from collections.abc import Sequence

import numpy as np

from gsl.backend.domain.comparison_types import RunCurve
from gsl.backend.domain.figure_data import FloatArray
from gsl.backend.domain.run_axis import Axis
from gsl.backend.figures.arms import FORMATS, METRIC_NAMES, arm_colour, arm_dash, arm_fill, counted, metric_axis
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import ExperimentFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure, palette, steps_axis
from gsl.backend.store.figures.arm_curves import run_curves
from gsl.method.statistics import CONFIDENCE, mean_band
from gsl.protocol.api import ComparedMetric

CELLS = 160  # intervals of the steps axis, in which a run's epochs are averaged


AXES: dict[Axis, str] = {
    "total": "All environment steps of a run",
    "critical": "Environment steps on the critical path: of specialists, the longest alone",
}


def arm_curves(curves: Sequence[RunCurve], metric: ComparedMetric, view: View, axis: Axis = "total") -> Figure:
    """A line and a band for each group. Runs that failed are thin lines of their own and end in a cross.

    Where specialists train, or are waited for, a run keeps the value its generalist had; so its fine-tuning begins
    where all that was spent before it is counted.
    """
    drawn = [curve for curve in curves if len(curve.steps)]
    if not drawn:
        return empty_figure(view, "No training yet", "The curves start with the first epochs of the runs.")
    figure = new_figure(view, height=400 if view.narrow else 460)
    edges = np.linspace(0, max(int(curve.steps[-1]) for curve in drawn), CELLS + 1)
    for index, name in enumerate(dict.fromkeys(curve.run.group for curve in curves)):
        arm = [curve for curve in curves if curve.run.group == name]
        _add_arm(figure, name, index, arm, edges, metric, view)
    figure.update_xaxes(steps_axis(AXES[axis]))
    figure.update_yaxes(metric_axis(metric, f"{METRIC_NAMES[metric]} in training"))
    return figure


def on_grid(curve: RunCurve, edges: FloatArray, until: float) -> FloatArray:
    """Mean of the epochs that end in each cell, shape (cells,); an empty cell keeps the value before it.

    NaN before the first epoch, and after the last one but for a run that ended well, which keeps its value `until`.
    """
    cells = len(edges) - 1
    places = np.clip(np.searchsorted(edges, curve.steps, side="left") - 1, 0, cells - 1)
    counts = np.bincount(places, minlength=cells)
    sums = np.bincount(places, weights=curve.values, minlength=cells)
    filled = np.flatnonzero(counts)
    means = sums[filled] / counts[filled]
    latest = np.searchsorted(filled, np.arange(cells), side="right") - 1
    values = np.where(latest >= 0, means[np.maximum(latest, 0)], np.nan)
    end = until if curve.run.status == "succeeded" else float(curve.steps[-1])
    values[edges[:-1] >= end] = np.nan
    return values


def _add_arm(
    figure: Figure, name: str, index: int, curves: Sequence[RunCurve], edges: FloatArray, metric: ComparedMetric,
    view: View,
) -> None:  # fmt: skip
    counts = [curve for curve in curves if len(curve.steps) and curve.run.status not in ("failed", "cancelled")]
    failed = [curve for curve in curves if curve.run.status == "failed"]
    shown = literal(name)
    label = f"{shown} ({_tally(counts, failed)})"
    for curve in failed:
        _add_failed(figure, curve, label, index, view)
    if not counts:
        _add_label(figure, label, index, view)
        return
    until = max((float(curve.steps[-1]) for curve in counts if curve.run.status == "succeeded"), default=0.0)
    table = np.stack([on_grid(curve, edges, until) for curve in counts])  # (seeds, cells)
    band = mean_band(table)
    low, high = (side.clip(0, 1) if metric == "success" else side for side in (band.low, band.high))
    _add_band(figure, edges[1:], low, high, label, arm_fill(index, view))
    line = {"color": arm_colour(index, view), "width": 2.4, "dash": arm_dash(index)}
    form = FORMATS[metric]
    figure.add_scatter(
        x=edges[1:], y=band.estimate, mode="lines", name=label, legendgroup=label, line=line,
        customdata=[_said(*bounds, form) for bounds in zip(low, high, band.seeds, strict=True)],
        hovertemplate=f"<b>{shown}</b><br>%{{y:{form}}}%{{customdata}} at %{{x:,.3s}} steps<extra></extra>",
    )  # fmt: skip


def _said(low: float, high: float, seeds: int, form: str) -> str:
    mean = f"<br>mean of {counted(seeds, 'seed')}"
    if np.isnan(low):
        return f", no interval{mean}"
    literal = (f"{bound:{form.removeprefix(',').replace('~', '')}}" for bound in (low, high))
    return f", {CONFIDENCE:.0%} interval {' to '.join(literal)}{mean}"


def _tally(counts: Sequence[RunCurve], failed: Sequence[RunCurve]) -> str:
    return counted(len(counts), "seed") + (f", {len(failed)} failed" if failed else "")


def _add_band(
    figure: Figure, steps: FloatArray, low: FloatArray, high: FloatArray, label: str, fill: str
) -> None:  # fmt: skip
    known = ~np.isnan(low)
    if not known.any():
        return
    figure.add_scatter(
        x=np.concatenate([steps[known], steps[known][::-1]]), y=np.concatenate([high[known], low[known][::-1]]),
        mode="lines", line={"width": 0}, fill="toself", fillcolor=fill, hoverinfo="skip", legendgroup=label,
        showlegend=False,
    )  # fmt: skip


def _add_failed(figure: Figure, curve: RunCurve, label: str, index: int, view: View) -> None:
    if not len(curve.steps):
        return
    symbols = ["circle"] * (len(curve.steps) - 1) + ["x"]
    sizes = [0] * (len(curve.steps) - 1) + [9]
    figure.add_scatter(
        x=curve.steps, y=curve.values, mode="lines+markers", legendgroup=label, showlegend=False, opacity=0.6,
        line={"color": arm_colour(index, view), "width": 1, "dash": "dot"},
        marker={"symbol": symbols, "size": sizes, "color": palette(view).forgotten},
        hovertemplate=f"<b>{literal(curve.run.group)}</b>, seed {curve.run.seed}: run {curve.run.id} failed"
        "<extra></extra>",
    )  # fmt: skip


def _add_label(figure: Figure, label: str, index: int, view: View) -> None:
    """Keeps a group without a curve in the legend."""
    line = {"color": arm_colour(index, view), "width": 2.4, "dash": arm_dash(index)}
    figure.add_scatter(x=[None], y=[None], mode="lines", name=label, legendgroup=label, line=line)


FIGURE = ExperimentFigure(
    name="arm_curves",
    title="Training curves",
    description="The mean over seeds, with its interval as a band. The axis counts all environment steps of a run, "
    "including specialists, evaluations and demonstrations, or those on the critical path. Failed runs end in a cross.",
    position=10,
    controls=("axis",),
    build=lambda session, compared, options: arm_curves(
        run_curves(session, compared, options.metric, options.axis), options.metric, options.view, options.axis
    ),
    ready=lambda compared: any(run.spent_steps for run in compared.runs),
)
