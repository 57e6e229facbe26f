"""What was tried, as parallel coordinates: a line for each trial through its settings, ending at its value."""

from collections.abc import Sequence
from html import escape
from math import log

from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import SweepFigure
from gsl.backend.figures.style import CIVIDIS, View, empty_figure, new_figure, palette
from gsl.backend.figures.sweep_history import OBJECTIVES, brief, described, measured
from gsl.config.sweep import Scalar, SearchedSetting
from gsl.protocol.api.sweeps import SweepPublic, TrialPublic

_SHADES = {"light": CIVIDIS[:8], "dark": CIVIDIS[3:]}  # those that stand out from the page
_LONGEST = 14


def sweep_parallel(sweep: SweepPublic, view: View) -> Figure:
    """Colours go from the lowest value (dark) to the highest (bright); pruned trials are dotted."""
    trials = [trial for trial in sweep.trials if trial.value is not None and trial.state != "running"]
    if not trials:
        return empty_figure(view, "No trial has ended yet", "Each trial has its line here once it has ended.")
    figure = new_figure(view, height=380)
    values = [trial.value for trial in trials if trial.value is not None]
    low, high = min(values), max(values)
    for trial in sorted(trials, key=lambda trial: trial.value or 0.0):
        share = 1.0 if high == low else ((trial.value or 0.0) - low) / (high - low)
        _add_line(figure, sweep, trial, share, view)
    _add_axes(figure, sweep, (low, high), view)
    return figure


def _add_line(figure: Figure, sweep: SweepPublic, trial: TrialPublic, share: float, view: View) -> None:
    shades = _SHADES[view.theme]
    heights = [place(searched, trial.params[path]) for path, searched in sweep.settings.space.items()]
    figure.add_scatter(
        x=list(range(len(heights) + 1)), y=[*heights, share], mode="lines+markers", showlegend=False,
        line={
            "color": shades[round(share * (len(shades) - 1))], "width": 3 if trial.number == sweep.best else 1.6,
            "dash": "dot" if trial.state == "pruned" else "solid",
        },
        marker={"size": 5}, text=[described(trial)] * (len(heights) + 1), hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )  # fmt: skip


def place(searched: SearchedSetting, value: Scalar) -> float:
    """Where a value stands on its axis, from 0 to 1."""
    if searched.type == "choice":
        return searched.choices.index(value) / (len(searched.choices) - 1)
    low, high = searched.bounds
    at = float(value or 0)
    if searched.log:
        return log(at / low) / log(high / low)
    return (at - low) / (high - low)


def _add_axes(figure: Figure, sweep: SweepPublic, values: tuple[float, float], view: View) -> None:
    colours, settings = palette(view), sweep.settings
    names = [*settings.space, OBJECTIVES[settings.objective.metric]]
    for index in range(len(names)):
        figure.add_vline(index, line={"color": colours.grid, "width": 1.5}, layer="below")
    for index, searched in enumerate(settings.space.values()):
        _add_ticks(figure, index, _ticks(searched), view)
    _add_ticks(figure, len(names) - 1, [(0.0, f"{values[0]:.3g}"), (1.0, f"{values[1]:.3g}")], view)
    figure.update_xaxes(
        tickmode="array", tickvals=list(range(len(names))), ticktext=[_name(name, view) for name in names],
        range=[-0.3, len(names) - 0.5], showgrid=False, zeroline=False, automargin=False,
        tickangle=0,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[-0.06, 1.06])
    figure.update_layout(margin={"l": 8, "r": 8, "t": 16, "b": 48})


def _ticks(searched: SearchedSetting) -> list[tuple[float, str]]:
    if searched.type == "choice":
        return [(place(searched, choice), _short(brief(choice))) for choice in searched.choices]
    return [(float(end), f"{bound:.4g}") for end, bound in enumerate(searched.bounds)]


def _add_ticks(figure: Figure, index: int, ticks: Sequence[tuple[float, str]], view: View) -> None:
    for height, label in ticks:
        figure.add_annotation(
            x=index, y=height, text=label, showarrow=False, xanchor="left", xshift=7, font={"size": 11},
            bgcolor=palette(view).surface, borderpad=1, opacity=0.9,
        )  # fmt: skip


def _short(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _name(path: str, view: View) -> str:
    """The part above the setting's name is on a line of its own; on a phone it is left out."""
    above, _, last = path.rpartition(".")
    return f"{last}<br>{above}" if above and not view.narrow else _short(last)


FIGURE = SweepFigure(
    name="sweep_parallel",
    title="What was tried",
    description="A line for each trial through its settings, ending at its value: the brighter, the higher. Pruned "
    "trials are dotted, and the best is thick.",
    position=20,
    build=sweep_parallel,
    ready=measured,
)
