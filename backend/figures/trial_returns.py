"""Return against episode of the trial: whether a policy with memory uses what its first episodes have found."""

from collections.abc import Sequence

import numpy as np

from gsl.backend.domain.figure_data import FloatArray
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import METRIC_NAMES, NUMBER_FORMATS, View, empty_figure, new_figure, palette, score_axis
from gsl.backend.store.figures.trials import Trials, latest_trials
from gsl.method.statistics import CONFIDENCE, half_width
from gsl.protocol.reports import PlaceReturn


def trial_returns(data: Trials | None, view: View) -> Figure:
    """A line for the training variations and one for the held-out ones, with intervals over variations."""
    if data is None:
        return empty_figure(
            view, "No trial yet", "Returns by episode appear with the first evaluation of a learner with memory."
        )
    figure, colours = new_figure(view, height=340 if view.narrow else 400), palette(view)
    sides = (
        ("Training variations", data.returns.training, colours.generalist, "circle"),
        ("Held-out variations", data.returns.held_out, colours.held_out, "diamond"),
    )
    for name, places, colour, symbol in sides:
        if places:
            _add(figure, name, places, colour, symbol, view)
    if len(data.returns.training) > data.adapting:
        figure.add_vline(x=data.adapting + 0.5, line={"color": colours.muted, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=data.adapting + 0.5, y=1, yref="paper", yanchor="top", xanchor="left", text="scored", showarrow=False,
            font={"color": colours.muted, "size": 12},
        )  # fmt: skip
    shown = max(len(data.returns.training), len(data.returns.held_out))
    figure.update_xaxes(title={"text": "Episode of the trial"}, range=[0.7, shown + 0.3], dtick=_tick(shown))
    figure.update_yaxes(score_axis(view.metric))
    return figure


def _add(figure: Figure, name: str, places: Sequence[PlaceReturn], colour: str, symbol: str, view: View) -> None:
    success = view.metric == "success"
    values = _numbers([each.success_rate if success else each.mean_return for each in places])
    bars = {} if success else {"error_y": {"array": _half(places), "width": 3, "thickness": 1.2}}
    variations = [each.variations for each in places]
    figure.add_scatter(
        x=np.arange(1, len(places) + 1), y=values, name=name, mode="lines+markers", customdata=variations,
        line={"color": colour, "width": 2.4}, marker={"size": 8, "symbol": symbol, "color": colour}, **bars,
        hovertemplate=f"<b>{name}</b>, episode %{{x}}<br>{METRIC_NAMES[view.metric]} "
        f"%{{y:{NUMBER_FORMATS[view.metric]}}} over %{{customdata}} variations<extra></extra>",
    )  # fmt: skip


def _half(places: Sequence[PlaceReturn]) -> FloatArray:
    """Half of Student's t interval of the mean over variations; 0 where there is none."""
    count = np.array([each.variations for each in places], dtype=np.float64)
    of_mean = _numbers([each.std_return for each in places]) ** 2 / count
    return np.nan_to_num(half_width(of_mean[None], np.maximum(count - 1, 1)[None], CONFIDENCE))


def _numbers(values: Sequence[float | None]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _tick(episodes: int) -> int:
    return max(1, -(-episodes // 12))


FIGURE = RunFigure(
    name="trial_returns",
    title="Return against episode of the trial",
    description="The newest evaluation, episode by episode: all of a trial are on one variation, and the policy "
    "remembers those before. A policy that learns from them rises. Bars are 95 % intervals over variations.",
    tab="results",
    position=66,
    controls=("metric",),
    build=lambda session, run_id, options: trial_returns(latest_trials(session, run_id), options.view),
    ready=lambda state: state.trials,
    optional=True,
)
