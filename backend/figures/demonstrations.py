"""Episodes demonstrated by specialists and generalist, and those kept by the filter, by variation."""

import numpy as np

from gsl.backend.domain.figure_data import Demonstrated
from gsl.backend.figures.arms import counted
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import View, empty_figure, literal, new_figure, palette
from gsl.backend.store.figures.demonstrations import demonstrated

MOST_NAMES = 40
"""Variations up to which names are shown on the axis."""


def demonstrations(data: Demonstrated, view: View) -> Figure:
    """A bar per variation: episodes tried and, in front, those kept. A cross marks variations with none."""
    if not len(data.kept):
        return empty_figure(
            view, "No demonstrations yet",
            "Trained specialists demonstrate if the guide learns from demonstrations.",
        )  # fmt: skip
    figure, colours = new_figure(view, height=260), palette(view)
    place = np.arange(len(data.kept))
    names = [literal(name) for name in data.names]
    whose = [_whose(data, i) for i in place]
    means = ["none" if np.isnan(mean) else f"{mean:.3g}" for mean in data.means]
    about = {
        "customdata": np.array([names, whose, data.kept.astype(str), data.tried.astype(str), means]).T,
        "hovertemplate": "<b>%{customdata[0]}</b>, %{customdata[1]}<br>kept %{customdata[2]} of %{customdata[3]}, "
        "mean return %{customdata[4]}<extra></extra>",
    }  # fmt: skip
    figure.add_bar(x=place, y=data.tried, name="Tried", marker={"color": colours.muted, "opacity": 0.35}, **about)
    by = np.where(data.specialists == 0, colours.generalist, colours.specialist)
    figure.add_bar(x=place, y=data.kept, name="Kept", marker={"color": by.tolist()}, **about)
    none = place[data.kept == 0]
    if len(none):
        figure.add_scatter(
            x=none, y=np.zeros(len(none)), mode="markers", name="None kept", hoverinfo="skip",
            marker={"symbol": "x", "size": 9, "color": colours.forgotten},
        )  # fmt: skip
    named = len(place) <= MOST_NAMES
    ticks = {"tickvals": place, "ticktext": names} if named else {"showticklabels": False}
    figure.update_layout(
        barmode="overlay", bargap=0.2 if named else 0.0, yaxis={"title": {"text": "Episodes"}, "rangemode": "tozero"},
        xaxis={"title": {"text": _summary(data)}} | ticks,
    )  # fmt: skip
    return figure


def _whose(data: Demonstrated, row: int) -> str:
    index, cycle = int(data.specialists[row]), int(data.cycles[row])
    who = f"specialist {index}" if index else "the generalist"
    return f"{who} in cycle {cycle}" if data.cycles.max() > 1 else who


def _summary(data: Demonstrated) -> str:
    empty = int((data.kept == 0).sum())
    summary = f"Kept {data.kept.sum():,} of {data.tried.sum():,} episodes"
    return summary + (f"; none for {empty} of {counted(len(data.kept), 'variation')}" if empty else "")


FIGURE = RunFigure(
    name="demonstrations",
    title="Demonstrations",
    description="Episodes tried and kept for each variation. Fine-tuning gets no demonstrations of a variation whose "
    "episodes were all filtered out.",
    tab="specialists",
    position=50,
    optional=True,
    build=lambda session, run_id, options: demonstrations(demonstrated(session, run_id), options.view),
    ready=lambda state: state.demonstrated,
)
