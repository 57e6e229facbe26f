"""Performance profiles: the share of variations on which a group's policies exceed each score."""

from collections.abc import Sequence

import numpy as np
from sqlmodel import Session

from gsl.backend.domain.comparison_types import Compared, TaskScores
from gsl.backend.domain.figure_data import FloatArray
from gsl.backend.figures.arms import (
    METRIC_NAMES,
    any_run_evaluated,
    arm_colour,
    arm_dash,
    arm_fill,
    counted,
    metric_axis,
)
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import ComparisonOptions, ExperimentFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure
from gsl.backend.store.figures.comparisons import task_scores
from gsl.method.statistics import CONFIDENCE, Band
from gsl.method.variation_statistics import performance_profile as profile_of
from gsl.protocol.api import ComparedMetric

THRESHOLDS = 101


def performance_profile(tasks: Sequence[TaskScores], arms: Sequence[str], metric: ComparedMetric, view: View) -> Figure:
    """A step curve per group, after Agarwal et al. 2021, with variations in place of games; the band is over seeds."""
    measured = {name: tuple(table for task in tasks if (table := task.of_group(name)).size) for name in arms}
    if not any(measured.values()):
        return empty_figure(
            view, "No profile yet",
            "A profile appears here once a run has succeeded and been evaluated.",
        )  # fmt: skip
    figure = new_figure(view, height=400 if view.narrow else 440)
    levels = thresholds([table for tables in measured.values() for table in tables], metric)
    for index, name in enumerate(arms):
        if measured[name]:
            _add_arm(figure, name, index, measured[name], levels, view)
    figure.update_xaxes(metric_axis(metric, f"{METRIC_NAMES[metric]} τ"))
    figure.update_yaxes(title={"text": "Share of variations above τ"}, tickformat=".0%", range=[0, 1])
    return figure


def thresholds(tables: Sequence[FloatArray], metric: ComparedMetric) -> FloatArray:
    """From just below the lowest score to the highest; of success and score at least from 0 to 1."""
    low, high = min(float(table.min()) for table in tables), max(float(table.max()) for table in tables)
    if metric != "return":
        low, high = min(low, 0.0), max(high, 1.0)
    return np.linspace(low, high, THRESHOLDS)


def _add_arm(
    figure: Figure, name: str, index: int, tables: tuple[FloatArray, ...], levels: FloatArray, view: View
) -> None:
    band = profile_of(tables, levels)
    bounded = not np.isnan(band.low).any()
    seeds = counted(sum(len(table) for table in tables), "seed")
    shown = literal(name)
    label = f"{shown} ({seeds})" if bounded else f"{shown} ({seeds}, no interval)"
    if bounded:
        _add_band(figure, levels, band, label, arm_fill(index, view))
    figure.add_scatter(
        x=levels, y=band.estimate, mode="lines", name=label, legendgroup=label,
        line={"color": arm_colour(index, view), "width": 2.4, "dash": arm_dash(index)},
        hovertemplate=f"<b>{shown}</b><br>%{{y:.0%}} of the variations above %{{x:.3~g}}<extra></extra>",
    )  # fmt: skip


def _add_band(figure: Figure, levels: FloatArray, band: Band, label: str, fill: str) -> None:
    figure.add_scatter(
        x=np.concatenate([levels, levels[::-1]]), y=np.concatenate([band.high, band.low[::-1]]), mode="lines",
        line={"width": 0}, fill="toself", fillcolor=fill, hoverinfo="skip", legendgroup=label, showlegend=False,
        name=f"{CONFIDENCE:.0%} interval",
    )  # fmt: skip


def _build(session: Session, compared: Compared, options: ComparisonOptions) -> Figure:
    tasks = task_scores(session, compared, options.metric, options.source, compared.groups)
    return performance_profile(tasks, compared.groups, options.metric, options.view)


FIGURE = ExperimentFigure(
    name="performance_profile",
    title="Performance profile",
    description="The share of variations on which each scores above a threshold. The band is an interval over seeds.",
    position=30,
    build=_build,
    ready=any_run_evaluated,
)
