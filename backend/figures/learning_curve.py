"""The learning curve: mean training score over the run's environment steps, with plateaus and specialists."""

import numpy as np

from gsl.backend.domain.figure_data import Curve, EvaluationPoint, FloatArray, LearningCurves, PlateauMark, Role
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.sampling import points_per_curve, rows_to_keep
from gsl.backend.figures.style import (
    NUMBER_FORMATS,
    ROLE_NAMES,
    View,
    empty_figure,
    new_figure,
    palette,
    score_axis,
    score_text,
    steps_axis,
    steps_text,
)
from gsl.backend.store.figures.curves import learning_curves
from gsl.method.curves import smooth
from gsl.protocol.reports import Source

DRAWN: tuple[Role, ...] = ("specialist", "generalist", "finetune")  # specialists are drawn behind
EVALUATIONS: tuple[Source, ...] = ("evaluation", "held_out")
MOST_EVALUATIONS = 500  # dots


def learning_curve(data: LearningCurves, view: View) -> Figure:
    """Training curves of generalist, specialists and fine-tuned generalist, evaluations, and a bar at each plateau.

    Specialists branch off where the generalist had got to. The faint line is what was measured, the strong one is
    smoothed as criterion H smooths it. In long runs, both are of means over stretches of epochs.
    """
    curves = [curve for curve in data.curves if not np.isnan(curve.scores.of(view.metric)).all()]
    evaluations = [point for point in data.evaluations if point.of(view.metric) is not None]
    if not curves and not evaluations:
        return _nothing(data, view)
    figure = new_figure(view, height=380 if view.narrow else 440)
    for role in DRAWN:
        _add_curves(figure, [curve for curve in curves if curve.role == role], role, data.sigma, view)
    for source in EVALUATIONS:
        _add_evaluations(figure, [point for point in evaluations if point.source == source], source, view)
    for plateau in data.plateaus:
        _add_plateau(figure, plateau, view)
    figure.update_xaxes(steps_axis())
    figure.update_yaxes(score_axis(view.metric))
    return figure


def _nothing(data: LearningCurves, view: View) -> Figure:
    if view.metric == "success" and data.curves and not np.isnan(data.curves[0].scores.returns).all():
        return empty_figure(view, "No success rate", "This suite reports no success. Choose the mean return instead.")
    return empty_figure(view, "No training yet", "The curve starts with the first epoch in which an episode ends.")


def _add_curves(figure: Figure, curves: list[Curve], role: Role, sigma: float, view: View) -> None:
    """All curves of a role as one smoothed trace, over a faint one of the raw values except for specialists."""
    if not curves:
        return
    specialist = role == "specialist"
    limit = points_per_curve(len(curves))
    points = np.concatenate([_points(curve, sigma, view, limit) for curve in curves])  # (points, 5)
    line = {"color": palette(view).role(role), "width": 1.2 if specialist else 2.4}
    name = ROLE_NAMES[role]
    if not specialist:
        figure.add_scatter(
            x=points[:, 0], y=points[:, 1], mode="lines", line=line | {"width": 1}, opacity=0.3, hoverinfo="skip",
            showlegend=False, legendgroup=name,
        )  # fmt: skip
    figure.add_scatter(
        x=points[:, 0], y=points[:, 2], customdata=points[:, [3, 1, 4]], line=line, opacity=0.75 if specialist else 1.0,
        mode="lines+markers" if len(points) < 4 else "lines", name=name, legendgroup=name, showlegend=True,
        hovertemplate=_hover(role, view),
    )  # fmt: skip


def _points(curve: Curve, sigma: float, view: View, limit: int) -> FloatArray:
    """Steps, measured and smoothed score, epoch and index of the sampled epochs, and a NaN row that ends the line."""
    values = curve.scores.of(view.metric)
    rows = rows_to_keep(values, limit)
    smoothed = _smoothed(values, min(sigma / curve.stretch, len(values) / 20))
    index = np.full(len(rows), curve.index)
    points = np.stack([curve.steps[rows], values[rows], smoothed[rows], curve.epochs[rows], index], axis=1)
    return np.concatenate([points, np.full((1, 5), np.nan)])


def _smoothed(values: FloatArray, sigma: float) -> FloatArray:
    """Epochs in which no episode ended are bridged; before the first known one there is nothing. Shape (epochs,)."""
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == 0 or sigma < 0.5:
        return values
    first = int(known[0])
    filled = np.interp(np.arange(first, len(values)), known, values[known])
    return np.concatenate([np.full(first, np.nan), smooth(filled.tolist(), sigma)])


def _hover(role: Role, view: View) -> str:
    form = NUMBER_FORMATS[view.metric]
    what = "success" if view.metric == "success" else "mean return"
    who = "Specialist %{customdata[2]}" if role == "specialist" else ROLE_NAMES[role]
    return (
        f"<b>{who}</b><br>{what} %{{customdata[1]:{form}}} (smoothed %{{y:{form}}})"
        "<br>epoch %{customdata[0]:,} · %{x:,} steps<extra></extra>"
    )


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


def _add_plateau(figure: Figure, plateau: PlateauMark, view: View) -> None:
    """A band from t* to T with a bar at each end; the markers carry the evidence."""
    colours = palette(view)
    figure.add_vrect(
        x0=plateau.start_steps, x1=plateau.detected_steps, fillcolor=colours.muted, opacity=0.14, line={"width": 0},
        layer="below",
    )  # fmt: skip
    for steps, dash in ((plateau.start_steps, "solid"), (plateau.detected_steps, "dot")):
        figure.add_vline(x=steps, line={"color": colours.muted, "width": 1.5, "dash": dash}, layer="below")
    bars = (
        (plateau.start_steps, "t*", "right", f"plateau starts at epoch {plateau.start_epoch:,} (t*)"),
        (
            plateau.detected_steps,
            "T: rose later" if plateau.rose_later else "T",
            "left",
            f"plateau detected at epoch {plateau.detected_epoch:,} (T)",
        ),
    )
    for steps, label, anchor, what in bars:
        figure.add_annotation(
            x=steps, y=1, yref="paper", yanchor="top", text=label, showarrow=False, xanchor=anchor,
            font={"color": colours.muted, "size": 12},
            hovertext=f"<b>{plateau.key}</b>: {what}<br>{_evidence(plateau)}",
        )  # fmt: skip


def _evidence(plateau: PlateauMark) -> str:
    value = score_text(plateau.value, plateau.metric)
    what = "success" if plateau.metric == "success" else "return"
    bound = (
        "" if plateau.rise_bound is None else f"<br>upper bound of the rise within the window: {plateau.rise_bound:.3g}"
    )
    later = {True: "<br>the curve rose later", False: "<br>the curve has not risen since", None: ""}
    return (
        f"in the {plateau.window:,} epochs after t*, no smoothed {what} exceeded {value}<br>"
        f"by more than {plateau.margin:.3g}; {steps_text(plateau.start_steps)} to "
        f"{steps_text(plateau.detected_steps)} steps{bound}{later[plateau.rose_later]}"
    )


FIGURE = RunFigure(
    name="learning_curve",
    title="Learning curve",
    description="Mean score over the run's environment steps. Specialists branch off where the generalist stopped; "
    "dots are fresh evaluations, and bars mark plateaus.",
    tab="overview",
    position=10,
    controls=("metric",),
    build=lambda session, run_id, options: learning_curve(learning_curves(session, run_id), options.view),
    ready=lambda state: state.epochs or state.evaluated,
)
