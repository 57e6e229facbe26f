"""Which of the searched settings mattered: each one's share in what the objective differs by."""

from gsl.backend.domain.sweep_study import LEAST_FOR_IMPORTANCE, Tried, importances
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import SweepFigure
from gsl.backend.figures.style import View, empty_figure, new_figure, palette
from gsl.protocol.api.sweeps import SweepPublic


def sweep_importance(sweep: SweepPublic, view: View) -> Figure:
    """Bars, the largest on top."""
    tried = [Tried(trial.number, trial.params, trial.state, trial.value) for trial in sweep.trials]
    found = importances(sweep.settings, tried)
    if not found:
        when = f"It takes {LEAST_FOR_IMPORTANCE} complete trials whose values differ."
        return empty_figure(view, "Too early to tell which setting matters", when)
    figure = new_figure(view, height=110 + 44 * len(found))
    names, shares = list(reversed(found)), [found[name] for name in reversed(found)]
    figure.add_bar(
        x=shares, y=[_name(name, view) for name in names], orientation="h", marker={"color": palette(view).generalist},
        text=[f"{share:.0%}" for share in shares], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(
        tickformat=".0%", range=[0, min(1.12, max(shares) * 1.2)], title={"text": "Share of importance"}
    )
    figure.update_yaxes(showgrid=False, tickmode="linear")
    return figure


def _name(path: str, view: View) -> str:
    return path.rpartition(".")[2] if view.narrow else path


def _complete(sweep: SweepPublic) -> bool:
    return sum(trial.state == "complete" for trial in sweep.trials) >= LEAST_FOR_IMPORTANCE


FIGURE = SweepFigure(
    name="sweep_importance",
    title="Which setting mattered",
    description="Each setting's share in what the complete trials differ by, estimated by PED-ANOVA. With few trials "
    "it is a hint.",
    position=30,
    build=sweep_importance,
    ready=_complete,
)
