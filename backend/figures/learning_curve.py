"""The learning curve: mean training score over the run's environment steps, with plateaus and specialists."""

import numpy as np

from gsl.backend.domain.figure_data import Curve, EvaluationPoint, LearningCurves, Role
from gsl.backend.domain.run_axis import Axis
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.plateau_bars import add_plateaus
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.sampling import points_per_curve, rows_to_keep
from gsl.backend.figures.smoothed import hover, points
from gsl.backend.figures.specialist_lines import add_specialists, specialist_of
from gsl.backend.figures.style import (
    AXIS_NAMES,
    NUMBER_FORMATS,
    ROLE_NAMES,
    View,
    empty_figure,
    new_figure,
    palette,
    score_axis,
    steps_axis,
)
from gsl.backend.store.figures.curves import learning_curves
from gsl.protocol.reports import Source

MAIN: tuple[Role, ...] = ("generalist", "finetune")  # specialists are drawn behind
EVALUATIONS: tuple[Source, ...] = ("evaluation", "held_out")
MOST_EVALUATIONS = 500  # dots


def learning_curve(data: LearningCurves, view: View, axis: Axis = "total", alone: str | None = None) -> Figure:
    """Training curves of generalist, specialists and fine-tuned generalist, evaluations, and a bar at each plateau.

    The faint line is what was measured, the strong one is smoothed as criterion H smooths it. In long runs, both are of
    means over stretches of epochs. Of the specialists, `alone` is the only one drawn: `1-12` is the 12th of cycle 1.
    """
    curves = [curve for curve in data.curves if not np.isnan(curve.scores.of(view.metric)).all()]
    evaluations = [point for point in data.evaluations if point.of(view.metric) is not None]
    if not curves and not evaluations:
        return _nothing(data, view)
    specialists = [curve for curve in curves if curve.role == "specialist"]
    if alone is not None:
        specialists = [curve for curve in specialists if specialist_of(curve) == alone]
        evaluations = [point for point in evaluations if point.role != "specialist" or point.key in _keys(specialists)]
    figure = new_figure(view, height=380 if view.narrow else 440)
    if alone is not None:
        _add_curves(figure, specialists, "specialist", data.sigma, view)
    elif specialists:
        add_specialists(figure, specialists, data.sigma, view, points_per_curve(len(specialists)))
    for role in MAIN:
        _add_curves(figure, [curve for curve in curves if curve.role == role], role, data.sigma, view)
    for source in EVALUATIONS:
        _add_evaluations(figure, [point for point in evaluations if point.source == source], source, view)
    end = _end(curves, evaluations)
    add_plateaus(figure, data.plateaus, end, view)
    figure.update_xaxes(steps_axis(AXIS_NAMES[axis], end))
    figure.update_yaxes(score_axis(view.metric))
    return figure


def _keys(curves: list[Curve]) -> set[str]:
    return {curve.key for curve in curves}


def _end(curves: list[Curve], evaluations: list[EvaluationPoint]) -> int:
    """The axis ends with the training."""
    ends = [int(curve.steps.max(initial=0)) for curve in curves] + [point.steps for point in evaluations]
    return max(ends, default=0)


def _nothing(data: LearningCurves, view: View) -> Figure:
    if view.metric == "success" and data.curves and not np.isnan(data.curves[0].scores.returns).all():
        return empty_figure(view, "No success rate", "This suite reports no success. Choose the mean return instead.")
    return empty_figure(view, "No training yet", "The curve starts with the first epoch in which an episode ends.")


def _add_curves(figure: Figure, curves: list[Curve], role: Role, sigma: float, view: View) -> None:
    """All curves of a role as one smoothed trace, over a faint one of the raw values."""
    if not curves:
        return
    limit = points_per_curve(len(curves))
    drawn = np.concatenate([points(curve, sigma, view, limit) for curve in curves])  # (points, 6)
    line = {"color": palette(view).role(role), "width": 2.4}
    name = f"Specialist {curves[0].index}" if role == "specialist" else ROLE_NAMES[role]
    figure.add_scatter(
        x=drawn[:, 0], y=drawn[:, 1], mode="lines", line=line | {"width": 1}, opacity=0.3, hoverinfo="skip",
        showlegend=False, legendgroup=name,
    )  # fmt: skip
    figure.add_scatter(
        x=drawn[:, 0], y=drawn[:, 2], customdata=drawn[:, [3, 1, 4, 5]], line=line, name=name, legendgroup=name,
        mode="lines+markers" if len(drawn) < 4 else "lines", showlegend=True,
        hovertemplate=hover(role, view, alone=True),
    )  # fmt: skip


def _add_evaluations(figure: Figure, points: list[EvaluationPoint], source: Source, view: View) -> None:
    if not points:
        return
    colours, points = palette(view), _thinned(points, view)
    held_out = source == "held_out"
    fills = [colours.held_out if held_out else colours.role(point.role) for point in points]
    form = NUMBER_FORMATS[view.metric]
    figure.add_scatter(
        x=[point.steps for point in points], y=[point.of(view.metric) for point in points], mode="markers",
        name="Held-out evaluation" if held_out else "Evaluation",
        marker={
            "symbol": "diamond" if held_out else "circle", "size": [_marker_size(point) for point in points],
            "color": fills, "line": {"color": colours.surface, "width": 1.5},
        },
        customdata=[[point.key, point.variations, f"<br>{point.mark}" if point.mark else ""] for point in points],
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>%{{y:{form}}} over %{{customdata[1]}} "
        f"{'held-out' if held_out else 'training'} variations, fresh episodes%{{customdata[2]}}"
        "<br>%{x:,} steps<extra></extra>",
    )  # fmt: skip


def _thinned(points: list[EvaluationPoint], view: View) -> list[EvaluationPoint]:
    """Those of a long run's periodic evaluations that a screen can show apart, and all evaluations of other kinds."""
    values = np.array([point.of(view.metric) for point in points], dtype=np.float64)
    kept = set(rows_to_keep(values, MOST_EVALUATIONS).tolist())
    return [point for place, point in enumerate(points) if place in kept or point.key.startswith("evaluation-")]


def _marker_size(point: EvaluationPoint) -> int:
    """Evaluations before the gate and at the end stand out from periodic ones."""
    if point.role == "specialist":
        return 5
    return 11 if point.key.startswith("evaluation-") else 7


FIGURE = RunFigure(
    name="learning_curve",
    title="Learning curve",
    description="Mean score over all environment steps, in which specialists share the steps they spend together, or "
    "along the critical path, on which they train in parallel. Dots are fresh evaluations, and bars mark plateaus. "
    "Click a specialist to see it alone.",
    tab="overview",
    position=10,
    controls=("metric", "axis", "specialist"),
    build=lambda session, run_id, options: learning_curve(
        learning_curves(session, run_id, options.axis), options.view, options.axis, options.specialist
    ),
    ready=lambda state: state.epochs or state.evaluated,
)
