"""How a sweep went: the value of every trial in the order of launching, and the best until then."""

from html import escape

from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import SweepFigure
from gsl.backend.figures.style import View, empty_figure, new_figure, palette
from gsl.protocol.api.sweeps import SweepPublic, TrialPublic

OBJECTIVES = {"score": "Score", "return": "Mean return", "success": "Success rate"}


def sweep_history(sweep: SweepPublic, view: View) -> Figure:
    """Pruned trials stand at their last evaluation, with a cross."""
    if not measured(sweep):
        return empty_figure(view, "No trial has ended yet", "Each trial has its point here once it has ended.")
    figure, colours = new_figure(view, height=300), palette(view)
    for state, symbol, colour in (("complete", "circle", colours.generalist), ("pruned", "x", colours.specialist)):
        trials = [trial for trial in sweep.trials if trial.state == state and trial.value is not None]
        figure.add_scatter(
            x=[trial.number for trial in trials], y=[trial.value for trial in trials], mode="markers", name=state,
            marker={"color": colour, "size": 9, "symbol": symbol}, text=[described(trial) for trial in trials],
            hovertemplate="%{text}<extra></extra>", showlegend=bool(trials),
        )  # fmt: skip
    steps = _best_so_far(sweep)
    figure.add_scatter(
        x=[number for number, _ in steps], y=[value for _, value in steps], mode="lines", name="best so far",
        line={"color": colours.finetune, "width": 2, "shape": "hv"}, hoverinfo="skip",
    )  # fmt: skip
    figure.update_xaxes(title={"text": "Trial"}, tickformat="d", range=[-0.5, len(sweep.trials) - 0.5], nticks=12)
    figure.update_yaxes(title={"text": OBJECTIVES[sweep.settings.objective.metric]}, nticks=7)
    return figure


def measured(sweep: SweepPublic) -> bool:
    """Whether any trial that has ended has a value."""
    return any(trial.value is not None and trial.state != "running" for trial in sweep.trials)


def described(trial: TrialPublic) -> str:
    """For hovering: what was tried, and what came of it."""
    value = "" if trial.value is None else f": {trial.value:.4g}"
    tried = "<br>".join(f"{path} = {escape(brief(value))}" for path, value in trial.params.items())
    return f"<b>trial {trial.number}</b>, {trial.state}{value}<br>{tried}"


def brief(value: object) -> str:
    """A value of a setting for a label."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _best_so_far(sweep: SweepPublic) -> list[tuple[int, float]]:
    """From the first complete trial on; the line goes on through trials that are not complete."""
    found: list[tuple[int, float]] = []
    for trial in sweep.trials:
        values = [best for _, best in found[-1:]]
        if trial.state == "complete" and trial.value is not None:
            values.append(trial.value)
        if values:
            found.append((trial.number, max(values)))
    return found


FIGURE = SweepFigure(
    name="sweep_history",
    title="How the search went",
    description="The objective of every trial in the order of launching, and the best so far. Pruned trials stand at "
    "their last evaluation.",
    position=10,
    build=sweep_history,
    ready=measured,
)
