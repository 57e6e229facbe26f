"""What fine-tuning gained and forgot: each variation before the specialists and after fine-tuning, paired."""

import numpy as np
import plotly.graph_objects as go

from backend.figures.empty import empty_figure
from backend.figures.style import (
    METRIC_NAMES,
    NUMBER_FORMATS,
    View,
    new_figure,
    palette,
    score_axis,
    score_text,
)
from backend.store.series_types import FloatArray, IntArray, Metric, PairedScores
from gsl.statistics import paired_difference

MAX_DUMBBELLS = 40
SAME = {"return": 0.02, "success": 0.02}  # share of the scores' range that counts as neither gained nor forgotten
CONFIDENCE = 0.95
CHANGES = ("gained", "forgotten", "unchanged")


def before_after(data: PairedScores, view: View) -> go.Figure:
    """A dumbbell a variation, or with many variations a point a variation beside the diagonal."""
    before, after = data.before.of(view.metric), data.after.of(view.metric)
    paired = ~(np.isnan(before) | np.isnan(after))
    if not paired.any():
        return empty_figure(
            view, "No pairs yet",
            "Each variation's score at the gate will stand beside its score once fine-tuning has been evaluated.",
        )  # fmt: skip
    order = np.flatnonzero(paired)[np.argsort(before[paired], kind="stable")[::-1]]
    before, after, variations = before[order], after[order], data.variations[order]
    changes = changes_of(before, after, view.metric)
    few = len(order) <= MAX_DUMBBELLS
    figure = new_figure(view, height=170 + 24 * len(order) if few else (400 if view.narrow else 520))
    draw = _dumbbells if few else _scatter
    draw(figure, before, after, changes, _labels(data, variations), _end(data), view)
    _summary(figure, data, before, after, changes, view)
    return figure


def changes_of(before: FloatArray, after: FloatArray, metric: Metric) -> IntArray:
    """Index into `CHANGES` of each variation; differences within 2 % of the scores' range are noise. Shape (n,)."""
    both = np.concatenate([before, after])
    spread = 1.0 if metric == "success" else float(both.max() - both.min())
    difference = after - before
    unchanged = np.abs(difference) <= SAME[metric] * spread
    return np.where(unchanged, 2, np.where(difference > 0, 0, 1))


def _labels(data: PairedScores, variations: IntArray) -> list[str]:
    """Names, with a mark on those that specialists were trained on."""
    return [
        data.names[int(variation)] + (" ●" if int(variation) in data.specialised else "") for variation in variations
    ]


def _end(data: PairedScores) -> str:
    return "at the end" if data.final else "so far"


def _colour(change: int, view: View) -> str:
    colours = palette(view)
    return (colours.gained, colours.forgotten, colours.muted)[change]


def _dumbbells(
    figure: go.Figure, before: FloatArray, after: FloatArray, changes: IntArray, labels: list[str], end: str, view: View
) -> None:
    rows = np.arange(len(before))
    for change, name in enumerate(CHANGES):
        chosen = changes == change
        if chosen.any():
            figure.add_scatter(
                x=_segments(before[chosen], after[chosen]), y=np.repeat(rows[chosen], 3), mode="lines",
                hoverinfo="skip", line={"color": _colour(change, view), "width": 4}, opacity=0.6, name=name,
            )  # fmt: skip
    colours, form = palette(view), NUMBER_FORMATS[view.metric]
    for values, name, colour in ((before, "at the gate", colours.generalist), (after, end, colours.finetune)):
        figure.add_scatter(
            x=values, y=rows, mode="markers", name=name, text=labels, cliponaxis=False,
            marker={"size": 11, "color": colour, "line": {"color": colours.surface, "width": 1.5}},
            customdata=np.stack([before, after, after - before], axis=1),
            hovertemplate=f"<b>%{{text}}</b><br>%{{customdata[0]:{form}}} at the gate, %{{customdata[1]:{form}}} {end}"
            f"<br>difference %{{customdata[2]:+{form}}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(score_axis(view.metric, f"{METRIC_NAMES[view.metric]} · ● a specialist's variation"))
    figure.update_yaxes(
        tickmode="array", tickvals=rows, ticktext=labels, showgrid=False, range=[-0.6, len(rows) - 0.4], zeroline=False
    )


def _segments(before: FloatArray, after: FloatArray) -> FloatArray:
    """Ends of disjoint lines, a NaN between them."""
    ends: FloatArray = np.stack([before, after, np.full(len(before), np.nan)], axis=1)  # (n, 3)
    return ends.ravel()


def _scatter(
    figure: go.Figure, before: FloatArray, after: FloatArray, changes: IntArray, labels: list[str], end: str, view: View
) -> None:
    both = np.concatenate([before, after])
    low, high = float(both.min()), float(both.max())
    pad = 0.04 * (high - low or 1.0)
    span = [low - pad, high + pad]
    form = NUMBER_FORMATS[view.metric]
    figure.add_scatter(
        x=span, y=span, mode="lines", line={"color": palette(view).muted, "width": 1, "dash": "dash"}, hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    names = np.array(labels, dtype=object)
    for change, name in enumerate(CHANGES):
        chosen = changes == change
        figure.add_scatter(
            x=before[chosen], y=after[chosen], mode="markers", text=list(names[chosen]), name=f"{chosen.sum()} {name}",
            marker={"size": 6 if len(before) > 200 else 8, "color": _colour(change, view), "opacity": 0.75},
            customdata=after[chosen] - before[chosen],
            hovertemplate=f"<b>%{{text}}</b><br>%{{x:{form}}} at the gate, %{{y:{form}}} {end}"
            f"<br>difference %{{customdata:+{form}}}<extra></extra>",
        )  # fmt: skip
    what = METRIC_NAMES[view.metric]
    figure.update_xaxes(score_axis(view.metric, f"{what} at the gate"), range=span)
    figure.update_yaxes(score_axis(view.metric, f"{what} {end}"), range=span)


def _summary(
    figure: go.Figure, data: PairedScores, before: FloatArray, after: FloatArray, changes: IntArray, view: View
) -> None:
    """Counts, and the mean difference with its paired bootstrap interval, above the plot; the legend below it."""
    difference = paired_difference(after, before, confidence=CONFIDENCE)
    gained, forgotten, unchanged = (int((changes == change).sum()) for change in range(3))
    counts = f"{gained} gained · {forgotten} forgotten · {unchanged} unchanged"
    interval = f"mean {_signed(difference.estimate, view.metric)}"
    if difference.low is not None and difference.high is not None:
        low, high = (_signed(bound, view.metric) for bound in (difference.low, difference.high))
        interval += f" ({CONFIDENCE:.0%} interval {low} to {high})"
    figure.add_annotation(
        text=f"<b>{counts}</b><br>{interval}", x=0, xanchor="left", xref="paper", y=1, yref="paper", yanchor="bottom",
        yshift=8, align="left", showarrow=False,
    )  # fmt: skip
    figure.update_layout(
        margin={"t": 52, "b": 96 if view.narrow else 76}, legend={"y": 0, "yref": "container", "yanchor": "bottom"}
    )


def _signed(value: float, metric: Metric) -> str:
    return f"{'+' if value >= 0 else '−'}{score_text(abs(value), metric)}"
