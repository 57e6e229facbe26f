"""What fine-tuning gained and forgot: each variation before the specialists and after fine-tuning.

A variation counts as gained or forgotten where its episodes say so after correction for looking at many
(`gsl.method.changes`). Where there is no fresh measurement of the gate's policy, the one that selected the variations
stands in, and the figure says what that does: the lowest of noisy means are lowest by bad luck too.
"""

from dataclasses import dataclass

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, IntArray, Metric, PairedScores
from gsl.backend.figures.arms import counted
from gsl.backend.figures.figure import Figure, Part
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import (
    METRIC_NAMES,
    View,
    empty_figure,
    literal,
    new_figure,
    palette,
    score_axis,
    score_text,
)
from gsl.backend.store.figures.snapshots import paired_scores
from gsl.method.changes import Changes, changes_of_returns, changes_of_success
from gsl.method.statistics import CONFIDENCE, paired_difference

MAX_DUMBBELLS = 40
SIGNS = "● given to a specialist · ⊢⊣ interval of the difference"
CHANGES = ("gained", "forgotten", "no clear change")  # by the verdicts of `gsl.method.changes`


@dataclass(frozen=True, eq=False)
class Drawn:
    """The variations measured on both sides, best before first; arrays of shape (variations,)."""

    labels: list[str]
    before: FloatArray
    after: FloatArray
    changes: Changes
    specialised: IntArray
    hover: list[str]
    end: str


def before_after(data: PairedScores, view: View) -> Figure:
    """A dumbbell per variation, or, with many variations, a point each beside the diagonal."""
    drawn = _paired(data, view.metric)
    if drawn is None:
        return empty_figure(
            view, "No comparison yet",
            "Scores at the gate and after fine-tuning appear here once fine-tuning has been evaluated.",
        )  # fmt: skip
    few = len(drawn.before) <= MAX_DUMBBELLS
    figure = new_figure(view, height=210 + 24 * len(drawn.before) if few else (440 if view.narrow else 560))
    (_dumbbells if few else _scatter)(figure, drawn, view)
    _summary(figure, data, drawn, view)
    return figure


def _paired(data: PairedScores, metric: Metric) -> Drawn | None:
    before, after = data.before.scores.of(metric), data.after.scores.of(metric)
    paired = ~(np.isnan(before) | np.isnan(after))
    if not paired.any():
        return None
    order = np.flatnonzero(paired)[np.argsort(before[paired], kind="stable")[::-1]]
    test = changes_of_success if metric == "success" else changes_of_returns
    changes = test(data.before.of(metric).of(order), data.after.of(metric).of(order), CONFIDENCE)
    numbers = [int(variation) for variation in data.variations[order]]
    specialised = np.array(
        [place for place, number in enumerate(numbers) if number in data.specialised], dtype=np.int64
    )
    end = "at the end" if data.final else "so far"
    episodes = np.stack([data.before.episodes[order], data.after.episodes[order]], axis=1)
    hover = [
        _hover(before[row], after[row], place, changes, played, end, metric)
        for place, (row, played) in enumerate(zip(order, episodes, strict=True))
    ]
    labels = [literal(data.names[number]) + (" ●" if number in data.specialised else "") for number in numbers]
    return Drawn(labels, before[order], after[order], changes, specialised, hover, end)


def _hover(
    before: float, after: float, place: int, changes: Changes, played: FloatArray, end: str, metric: Metric
) -> str:
    low, high, p_value = changes.low[place], changes.high[place], changes.adjusted[place]
    interval = "too few episodes for an interval"
    if not np.isnan(low):
        interval = f"{CONFIDENCE:.0%} interval {_signed(low, metric)} to {_signed(high, metric)}"
    if not np.isnan(p_value):
        interval += f"<br>corrected p {p_value:.3f}"
    return (
        f"{score_text(before, metric)} at the gate, {score_text(after, metric)} {end}<br>"
        f"difference {_signed(after - before, metric)}, {interval}<br>from {played[0]:.0f} and {played[1]:.0f} episodes"
    )


def _colour(change: int, view: View) -> str:
    colours = palette(view)
    return (colours.gained, colours.forgotten, colours.muted)[change]


def _dumbbells(figure: Figure, drawn: Drawn, view: View) -> None:
    rows, before, after = np.arange(len(drawn.before)), drawn.before, drawn.after
    for change, name in enumerate(CHANGES):
        chosen = drawn.changes.verdicts == change
        if chosen.any():
            figure.add_scatter(
                x=_segments(before[chosen], after[chosen]), y=np.repeat(rows[chosen], 3), mode="lines",
                hoverinfo="skip", line={"color": _colour(change, view), "width": 4}, opacity=0.6, name=name,
            )  # fmt: skip
    colours = palette(view)
    whiskers = {
        "array": np.nan_to_num(drawn.changes.high - drawn.changes.difference), "width": 3, "thickness": 1,
        "arrayminus": np.nan_to_num(drawn.changes.difference - drawn.changes.low), "color": colours.muted,
    }  # fmt: skip
    sides: tuple[tuple[FloatArray, str, str, Part], ...] = (
        (before, "at the gate", colours.generalist, {}),
        (after, drawn.end, colours.finetune, {"error_x": whiskers}),
    )
    for values, name, colour, bounds in sides:
        figure.add_scatter(
            x=values, y=rows, mode="markers", name=name, text=drawn.labels, cliponaxis=False, **bounds,
            marker={"size": 11, "color": colour, "line": {"color": colours.surface, "width": 1.5}},
            customdata=drawn.hover, hovertemplate="<b>%{text}</b><br>%{customdata}<extra></extra>",
        )  # fmt: skip
    what = METRIC_NAMES[view.metric]
    figure.update_xaxes(score_axis(view.metric, what if view.narrow else f"{what} · {SIGNS}"))
    if view.narrow:
        figure.update_xaxes(nticks=4, tickangle=0)  # beside long names there is room for three labels
    figure.update_yaxes(
        tickmode="array", tickvals=rows, ticktext=drawn.labels, showgrid=False, range=[-0.6, len(rows) - 0.4],
        zeroline=False,
    )  # fmt: skip


def _segments(before: FloatArray, after: FloatArray) -> FloatArray:
    """Ends of disjoint lines, a NaN between them."""
    ends: FloatArray = np.stack([before, after, np.full(len(before), np.nan)], axis=1)  # (n, 3)
    return ends.ravel()


def _scatter(figure: Figure, drawn: Drawn, view: View) -> None:
    both = np.concatenate([drawn.before, drawn.after])
    low, high = float(both.min()), float(both.max())
    pad = 0.04 * (high - low or 1.0)
    span = [low - pad, high + pad]
    figure.add_scatter(
        x=span, y=span, mode="lines", line={"color": palette(view).muted, "width": 1, "dash": "dash"}, hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    names, hover = np.array(drawn.labels, dtype=object), np.array(drawn.hover, dtype=object)
    for change, name in reversed(list(enumerate(CHANGES))):  # significant changes are on top
        chosen = drawn.changes.verdicts == change
        figure.add_scatter(
            x=drawn.before[chosen], y=drawn.after[chosen], mode="markers", text=list(names[chosen]),
            name=f"{chosen.sum()} {name}", legendrank=change, customdata=list(hover[chosen]),
            marker={"size": 6 if len(names) > 200 else 8, "color": _colour(change, view), "opacity": 0.75},
            hovertemplate="<b>%{text}</b><br>%{customdata}<extra></extra>",
        )  # fmt: skip
    what = METRIC_NAMES[view.metric]
    figure.update_xaxes(score_axis(view.metric, f"{what} at the gate"), range=span)
    figure.update_yaxes(score_axis(view.metric, f"{what} {drawn.end}"), range=span)


def _summary(figure: Figure, data: PairedScores, drawn: Drawn, view: View) -> None:
    """Counts, mean differences with Student's t interval over variations, and what is wrong with an old "before"."""
    counts = " · ".join(f"{(drawn.changes.verdicts == number).sum()} {name}" for number, name in enumerate(CHANGES))
    lines = [f"<b>{counts}</b>", _mean(drawn, np.arange(len(drawn.before)), "", view)]
    if 0 < len(drawn.specialised) < len(drawn.before):
        lines.append(_mean(drawn, drawn.specialised, "given to specialists: ", view))
    if not data.fresh:
        lines += ["⚠ “at the gate” is the measurement that selected", "the variations, so their gains are overstated"]
        if not view.narrow:
            lines[-2:] = [" ".join(lines[-2:])]
    ends = (("at the gate", data.before.mark), (drawn.end, data.after.mark))
    lines += [f"⚠ {end}: {mark}" for end, mark in ends if mark]
    if view.narrow and len(drawn.before) <= MAX_DUMBBELLS:  # the axis has no room for them
        lines.append(SIGNS)
    figure.update_layout(
        title={
            "text": "<br>".join(lines), "x": 0, "xref": "container", "xanchor": "left", "y": 1, "yref": "container",
            "yanchor": "top", "pad": {"t": 16}, "font": {"size": 11 if view.narrow else 12},
        },
        margin={"t": 24 + 18 * (1 + "<br>".join(lines).count("<br>")), "b": 96 if view.narrow else 76},
        legend={"y": 0, "yref": "container", "yanchor": "bottom"},
    )  # fmt: skip


def _mean(drawn: Drawn, places: IntArray, which: str, view: View) -> str:
    """On a narrow page the interval has its own line."""
    found = paired_difference(drawn.after[places], drawn.before[places], CONFIDENCE)
    summary = f"{which}mean {_signed(found.estimate, view.metric)} over {counted(found.seeds, 'variation')}"
    if found.low is None or found.high is None:
        return summary
    gap = "<br>" if view.narrow else " "
    most = 1.0 if view.metric == "success" else np.inf  # a rate differs by no more
    low, high = (_signed(float(np.clip(bound, -most, most)), view.metric) for bound in (found.low, found.high))
    return f"{summary}{gap}({CONFIDENCE:.0%} interval {low} to {high})"


def _signed(value: float, metric: Metric) -> str:
    return f"{'+' if value >= 0 else '−'}{score_text(abs(value), metric)}"


FIGURE = RunFigure(
    name="before_after",
    title="Before and after, by variation",
    description="The score of each variation at the gate and after fine-tuning. A variation counts as gained or "
    "forgotten only if its episodes support it after correction for multiple comparisons.",
    tab="results",
    position=60,
    controls=("metric",),
    build=lambda session, run_id, options: before_after(paired_scores(session, run_id), options.view),
    ready=lambda state: state.approved and state.evaluated_after,
)
