"""Each variation's score over training: when it is learned, if ever, and whether it is forgotten."""

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, IntArray, VariationProgress
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import (
    CIVIDIS,
    METRIC_NAMES,
    ROLE_NAMES,
    View,
    empty_figure,
    literal,
    new_figure,
    palette,
    steps_axis,
)
from gsl.backend.store.figures.heatmap import variation_progress

MAX_ROWS = 128  # a row needs a few pixels to be visible
MAX_NAMED_ROWS = 40
_SCALE = [[float(place), colour] for place, colour in zip(np.linspace(0, 1, len(CIVIDIS)), CIVIDIS, strict=True)]


def variation_heatmap(data: VariationProgress, view: View) -> Figure:
    """Variations over training, those that score least at the end at the top.

    With more than 128 variations neighbours of that order share a row, which shows their mean.
    """
    values = data.scores
    if values.size == 0 or np.isnan(values).all():
        return empty_figure(view, "No measurements yet", "Columns are added during training, from the first epochs on.")
    order = np.argsort(_final(values), kind="stable")[::-1]  # heatmaps are drawn from the bottom
    groups = np.array_split(order, min(MAX_ROWS, len(order)))
    means = _means(values[order], np.cumsum([0, *map(len, groups[:-1])]))
    labels = [_label(data, group) for group in groups]
    named = len(groups) <= MAX_NAMED_ROWS
    edges, table = _with_gaps(data, means)
    figure = new_figure(view, height=int(np.clip(120 + len(groups) * (18 if named else 4), 240, 640)))
    figure.add_heatmap(
        x=edges, y=labels, z=table, xgap=0, ygap=1 if named else 0,
        colorscale=_SCALE, hoverongaps=False, hovertemplate=_hover(view, data),
        colorbar=_colorbar(view), **_limits(data, view),
    )  # fmt: skip
    figure.update_xaxes(steps_axis(), showgrid=False, rangemode="normal")
    figure.update_yaxes(_row_axis(named))
    if view.narrow:
        figure.update_layout(margin={"t": 28, "b": 110}, height=figure.layout["height"] + 80)
    _mark_phases(figure, data, view)
    return figure


def _final(values: FloatArray) -> FloatArray:
    """Last known score of each variation, lowest if it never finished an episode. Shape (variations,)."""
    known = ~np.isnan(values)
    last = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    final = values[np.arange(len(values)), last]
    return np.where(known.any(axis=1), final, -np.inf)


def _means(rows: FloatArray, firsts: IntArray) -> FloatArray:
    """Mean of the known scores of each group of rows in each column, NaN where there is none; (groups, columns)."""
    known = ~np.isnan(rows)
    count = np.add.reduceat(known, firsts, dtype=np.int64)
    total = np.add.reduceat(np.where(known, rows, 0.0), firsts)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _with_gaps(data: VariationProgress, means: FloatArray) -> tuple[IntArray, FloatArray]:
    """Edges (columns + 1,) and cells, with an empty column if other jobs spent steps between two jobs."""
    gaps = np.flatnonzero(data.starts[1:] > data.ends[:-1]) + 1
    edges = np.unique(np.concatenate([data.starts, data.ends]))
    return edges, np.insert(means, gaps, np.nan, axis=1)


def _label(data: VariationProgress, group: IntArray) -> str:
    names = [literal(data.names[int(data.variations[row])]) for row in group]
    if len(names) == 1:
        return names[0]
    return f"{len(names)} variations: {', '.join(names[:4])}{' ...' if len(names) > 4 else ''}"


def _hover(view: View, data: VariationProgress) -> str:
    form = ".0%" if view.metric == "success" else ".3~g"
    kind = "training episodes" if data.source == "training" else "fresh episodes"
    return f"<b>%{{y}}</b><br>%{{z:{form}}} in {kind} around %{{x:,}} steps<extra></extra>"


def _limits(data: VariationProgress, view: View) -> dict[str, float]:
    if view.metric == "success":
        return {"zmin": 0.0, "zmax": 1.0}
    low, high = np.nanpercentile(data.scores, [1, 99])  # one lucky episode would dominate the colours
    return {"zmin": float(low), "zmax": float(high)}


def _colorbar(view: View) -> dict[str, object]:
    bar: dict[str, object] = {
        "title": {"text": METRIC_NAMES[view.metric], "side": "right"}, "thickness": 10, "outlinewidth": 0, "nticks": 5,
    }  # fmt: skip
    if view.metric == "success":
        bar["tickformat"] = ".0%"
    if view.narrow:
        bar |= {"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"}
        del bar["title"]  # it would overlap the bar
    return bar


def _row_axis(named: bool) -> dict[str, object]:
    if named:
        return {"type": "category", "dtick": 1, "showgrid": False}
    title = {"text": "Variations, lowest at the top"}
    return {"type": "category", "showticklabels": False, "showgrid": False, "title": title}


def _mark_phases(figure: Figure, data: VariationProgress, view: View) -> None:
    """A line where fine-tuning starts."""
    for column in range(1, len(data.roles)):
        if data.roles[column] == data.roles[column - 1]:
            continue
        figure.add_vline(
            x=int(data.starts[column]), line={"color": palette(view).text, "width": 2},
            annotation={"text": ROLE_NAMES[data.roles[column]], "yanchor": "bottom", "xanchor": "left"},
        )  # fmt: skip


FIGURE = RunFigure(
    name="variation_heatmap",
    title="Variations over training",
    description="Which variations are learned early, late or never, and which are forgotten. The lowest final scores "
    "are at the top.",
    tab="variations",
    position=30,
    controls=("metric", "choice"),
    build=lambda session, run_id, options: variation_heatmap(
        variation_progress(session, run_id, options.view.metric).only(options.chosen), options.view
    ),
    ready=lambda state: state.epochs and state.measured,
)
