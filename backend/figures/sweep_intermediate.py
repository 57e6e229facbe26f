"""The evaluations of all trials over environment steps: by what they were pruned."""

from gsl.backend.figures.arms import translucent
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import SweepFigure
from gsl.backend.figures.style import View, empty_figure, new_figure, palette, steps_axis
from gsl.backend.figures.sweep_history import OBJECTIVES, described
from gsl.protocol.api.sweeps import SweepPublic, TrialPublic


def sweep_intermediate(sweep: SweepPublic, view: View) -> Figure:
    """A line for each trial; the best is thick, pruned ones are dotted and end in a cross."""
    trials = [trial for trial in sweep.trials if trial.points]
    if not trials:
        return empty_figure(view, "No evaluations yet", "Each trial has its line here from its first evaluation on.")
    figure = new_figure(view, height=320)
    for trial in sorted(trials, key=lambda trial: trial.number == sweep.best):
        _add_trial(figure, trial, trial.number == sweep.best, view)
    figure.update_xaxes(steps_axis())
    figure.update_yaxes(title={"text": OBJECTIVES[sweep.settings.objective.metric]}, nticks=7)
    figure.update_layout(showlegend=False)
    return figure


def _add_trial(figure: Figure, trial: TrialPublic, best: bool, view: View) -> None:
    colours = palette(view)
    pruned = trial.state == "pruned"
    colour = colours.finetune if best else colours.specialist if pruned else colours.generalist
    last = len(trial.points) - 1
    figure.add_scatter(
        x=[steps for steps, _ in trial.points], y=[value for _, value in trial.points], mode="lines+markers",
        line={"color": colour if best else translucent(colour, 0.7), "width": 3 if best else 1.4,
              "dash": "dot" if pruned else "solid"},
        marker={"size": [9 if pruned and index == last else 4 for index in range(last + 1)],
                "symbol": ["x" if pruned and index == last else "circle" for index in range(last + 1)]},
        text=[described(trial)] * len(trial.points), hovertemplate="%{text}<br>%{y:.4g} at %{x:,}<extra></extra>",
    )  # fmt: skip


FIGURE = SweepFigure(
    name="sweep_intermediate",
    title="Evaluations of the trials",
    description="The objective at each evaluation over environment steps: what trials were pruned by. The best trial "
    "is thick; pruned ones are dotted and end in a cross.",
    position=40,
    build=sweep_intermediate,
    ready=lambda sweep: any(trial.points for trial in sweep.trials),
)
