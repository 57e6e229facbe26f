"""How single variations, or the spread of many, score over training of generalist and fine-tuning."""

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, VariationProgress
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import ROLE_NAMES, View, empty_figure, new_figure, palette, score_axis, steps_axis
from gsl.backend.store.figures.heatmap import variation_progress

MOST_LINES = 10
"""Variations up to which each has a line of its own; more are shown as bands, however many there are."""
COLOURS = (
    "#0072b2", "#d98200", "#00875f", "#b3558a", "#c94f00", "#56b4e9", "#8a7a00", "#7b61c9", "#66717d", "#2bc795",
)  # fmt: skip


def variation_curves(data: VariationProgress, view: View) -> Figure:
    """A line per variation; of more than ten the median, the middle half and the range."""
    if data.scores.size == 0 or np.isnan(data.scores).all():
        return empty_figure(view, "No curves yet", "They appear during training, from the first epochs on.")
    figure = new_figure(view, height=380 if view.narrow else 360)
    steps, scores = _with_gaps(data)
    (_lines if len(scores) <= MOST_LINES else _bands)(figure, data, steps, scores, view)
    figure.update_xaxes(steps_axis(), range=[0, int(data.ends[-1]) * 1.02])
    figure.update_yaxes(score_axis(view.metric))
    figure.update_layout(legend={"y": -0.22, "yanchor": "top"}, margin={"t": 28})
    for column in range(1, len(data.roles)):
        if data.roles[column] != data.roles[column - 1]:
            figure.add_vline(
                x=int(data.starts[column]), line={"color": palette(view).muted, "width": 1, "dash": "dot"},
                annotation={"text": ROLE_NAMES[data.roles[column]], "yanchor": "bottom", "xanchor": "left"},
            )  # fmt: skip
    return figure


def _with_gaps(data: VariationProgress) -> tuple[FloatArray, FloatArray]:
    """The middle of each column in steps, with a gap where other jobs spent steps; scores (variations, columns)."""
    gaps = np.flatnonzero(data.starts[1:] > data.ends[:-1]) + 1
    middle = (data.starts + data.ends) / 2
    return np.insert(middle, gaps, np.nan), np.insert(data.scores, gaps, np.nan, axis=1)


def _lines(figure: Figure, data: VariationProgress, steps: FloatArray, scores: FloatArray, view: View) -> None:
    form = ".0%" if view.metric == "success" else ".3~g"
    for row, variation in enumerate(data.variations):
        known = ~np.isnan(scores[row]) | np.isnan(steps)
        name = data.names[int(variation)]
        figure.add_scatter(
            x=steps[known], y=scores[row][known], mode="lines+markers", name=name,
            line={"color": COLOURS[row], "width": 2}, marker={"size": 4},
            hovertemplate=f"<b>%{{fullData.name}}</b><br>%{{y:{form}}} around %{{x:,.0f}} steps<extra></extra>",
        )  # fmt: skip


def _bands(figure: Figure, data: VariationProgress, steps: FloatArray, scores: FloatArray, view: View) -> None:
    """Filled outlines, one for each stretch between gaps: Plotly fills across a gap."""
    colour, known = palette(view).generalist, ~np.isnan(scores).all(axis=0)
    form = ".0%" if view.metric == "success" else ".3~g"
    cuts = np.flatnonzero(np.isnan(steps))
    for number, part in enumerate(np.split(np.arange(len(steps)), cuts)):
        columns = part[known[part] & ~np.isnan(steps[part])]
        if not len(columns):
            continue
        levels = np.nanpercentile(scores[:, columns], [0, 25, 50, 75, 100], axis=0)
        for low, high, opacity, name in ((0, 4, 0.15, "Range"), (1, 3, 0.3, "Middle half")):
            figure.add_scatter(
                x=np.concatenate([steps[columns], steps[columns][::-1]]),
                y=np.concatenate([levels[high], levels[low][::-1]]), mode="lines", fill="toself",
                line={"width": 0, "color": colour}, opacity=opacity, fillcolor=colour, name=name, legendgroup=name,
                showlegend=number == 0, hoverinfo="skip",
            )  # fmt: skip
        figure.add_scatter(
            x=steps[columns], y=levels[2], mode="lines", line={"color": colour, "width": 2.5}, legendgroup="Median",
            name=f"Median of {len(data.variations)} variations", showlegend=number == 0,
            customdata=np.round(levels[[0, 4]].T, 4),
            hovertemplate=f"median %{{y:{form}}}<br>%{{customdata[0]:{form}}} to %{{customdata[1]:{form}}}<br>"
            "around %{x:,.0f} steps<extra></extra>",
        )  # fmt: skip


FIGURE = RunFigure(
    name="variation_curves",
    title="Curves of variations",
    description="Training episodes of generalist and fine-tuning. Up to ten chosen variations have a curve each; of "
    "more, the median, the middle half and the range are shown.",
    tab="variations",
    position=32,
    controls=("metric", "choice"),
    build=lambda session, run_id, options: variation_curves(
        variation_progress(session, run_id, options.view.metric).only(options.chosen), options.view
    ),
    ready=lambda state: state.epochs and state.measured,
)
