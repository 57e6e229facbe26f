"""One arm or group against another: a point for each variation, with both intervals over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gsl.backend.domain.comparison_types import Compared, TaskScores
from gsl.backend.domain.figure_data import BoolArray, FloatArray
from gsl.backend.figures.arms import FORMATS, METRIC_NAMES, any_run_evaluated, counted, metric_axis, translucent
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import ExperimentFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure, palette
from gsl.backend.figures.variation_differences import Paired, of_pair, pairs_of_task, variation_names, verdicts
from gsl.method.statistics import CONFIDENCE, LEAST_SEEDS, Band, mean_band
from gsl.protocol.api import ComparedMetric

MOST_CROSSES = 100  # variations whose intervals are all drawn; of more, only those of the verdicts


@dataclass(frozen=True, eq=False)
class Points:
    """Means over seeds with their intervals, on each variation; shapes (variations,). `pair` is ours and theirs."""

    pair: tuple[str, str]
    names: list[str]
    ours: Band
    theirs: Band
    paired: Paired


def variation_scatter(
    compared: Compared, tasks: Sequence[TaskScores], ours: str, theirs: str, metric: ComparedMetric, view: View
) -> Figure:
    """Above the diagonal, ours is better. Colours are verdicts of the paired differences, as in their own figure."""
    found = [points for task in tasks if (points := _of_task(compared, task, ours, theirs)) is not None]
    if not found:
        when = f"Both {compared.noun}s need successful, evaluated runs of the same task."
        return empty_figure(view, f"No variation of both {literal(ours)} and {literal(theirs)} yet", when)
    points = _together(found)
    figure = new_figure(view, height=420 if view.narrow else 560)
    _add_diagonal(figure, points, view)
    for verdict, (name, colour, chosen) in enumerate(verdicts(points.paired, ours, theirs, view)):
        if chosen.any():
            _add_points(figure, points, chosen, f"{int(chosen.sum())} {name}", colour, metric, verdict)
    seeds = [int(band.seeds.min()) for band in (points.theirs, points.ours)]
    for axis, name, often in zip((figure.update_xaxes, figure.update_yaxes), (theirs, ours), seeds, strict=True):
        none = ", no intervals" if often < LEAST_SEEDS["mean"] else ""
        axis(metric_axis(metric, f"{METRIC_NAMES[metric]}: {literal(name)}, {counted(often, 'seed')}{none}"))
    return figure


def _of_task(compared: Compared, task: TaskScores, ours: str, theirs: str) -> Points | None:
    tables = [task.of_group(name) for name in (ours, theirs)]
    if not all(table.size for table in tables):
        return None
    names = variation_names(compared, task)
    nothing = np.full(len(names), np.nan)
    unpaired = Paired(names, np.zeros(len(names)), nothing, nothing, nothing, 0)
    paired = pairs_of_task(compared, task, ours, theirs) or unpaired
    return Points((literal(ours), literal(theirs)), names, mean_band(tables[0]), mean_band(tables[1]), paired)


def _together(found: Sequence[Points]) -> Points:
    names = [name for points in found for name in points.names]
    ours, theirs = (_joined([getattr(points, side) for points in found]) for side in ("ours", "theirs"))
    estimate, low, high, adjusted = (
        np.concatenate([getattr(points.paired, field) for points in found])
        for field in ("estimate", "low", "high", "adjusted")
    )
    pairs = min(points.paired.pairs for points in found)
    return Points(found[0].pair, names, ours, theirs, Paired(names, estimate, low, high, adjusted, pairs))


def _joined(bands: Sequence[Band]) -> Band:
    estimate, low, high = (
        np.concatenate([getattr(band, field) for band in bands]) for field in ("estimate", "low", "high")
    )
    return Band(estimate, low, high, CONFIDENCE, np.concatenate([band.seeds for band in bands]))


def _add_diagonal(figure: Figure, points: Points, view: View) -> None:
    values = np.concatenate([points.ours.estimate, points.theirs.estimate])
    ends = [float(values.min()), float(values.max())]
    figure.add_scatter(
        x=ends, y=ends, mode="lines", hoverinfo="skip", name="equal",
        line={"color": palette(view).muted, "width": 1, "dash": "dash"},
    )  # fmt: skip


def _add_points(
    figure: Figure, points: Points, chosen: BoolArray, name: str, colour: str, metric: ComparedMetric, verdict: int
) -> None:
    crossed = verdict > 0 or len(points.names) <= MOST_CROSSES
    few, form = len(points.names) <= MOST_CROSSES, FORMATS[metric]
    sides = [_side(band, chosen) for band in (points.theirs, points.ours)]
    bars = [
        _bars(side, translucent(colour, 0.45 if few else 0.25)) if crossed else {"visible": False} for side in sides
    ]
    texts = [[_interval(*values, form) for values in zip(*side[1:], strict=True)] for side in sides]
    figure.add_scatter(
        x=sides[0][0], y=sides[1][0], error_x=bars[0], error_y=bars[1], mode="markers", name=name, legendrank=verdict,
        marker={"size": 8 if few else 5 if verdict else 3, "color": colour}, showlegend=True,
        text=[points.names[place] for place in np.flatnonzero(chosen)], customdata=np.stack(texts, axis=1).tolist(),
        hovertemplate=f"<b>%{{text}}</b><br>{points.pair[0]}: %{{y:{form}}}%{{customdata[1]}}"
        f"<br>{points.pair[1]}: %{{x:{form}}}%{{customdata[0]}}<extra></extra>",
    )  # fmt: skip


def _side(band: Band, chosen: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return band.estimate[chosen], band.low[chosen], band.high[chosen]


def _bars(side: tuple[FloatArray, FloatArray, FloatArray], colour: str) -> dict[str, object]:
    estimate, low, high = side
    return {
        "array": np.nan_to_num(high - estimate), "arrayminus": np.nan_to_num(estimate - low), "width": 0,
        "thickness": 1, "color": colour,
    }  # fmt: skip


def _interval(low: float, high: float, form: str) -> str:
    if np.isnan(low):
        return ", no interval"
    written_bounds = (f"{bound:{form.removeprefix(',').replace('~', '')}}" for bound in (low, high))
    return f", {CONFIDENCE:.0%} interval {' to '.join(written_bounds)}"


FIGURE = ExperimentFigure(
    name="variation_scatter",
    title="Variation by variation",
    description="One against the other: a point for each variation, above the diagonal where the first is better, with "
    "both intervals over seeds. Colours are the verdicts of the differences.",
    position=50,
    controls=("pair",),
    build=of_pair(variation_scatter),
    ready=lambda compared: any_run_evaluated(compared) and len(compared.groups) > 1,
)
