"""One variation through all phases: generalist, the specialists that got it, demonstrations, fine-tuning."""

import numpy as np
from sqlmodel import Session

from gsl.backend.domain.figure_data import FloatArray, Role
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure, RunOptions
from gsl.backend.figures.style import View, empty_figure, new_figure, palette, score_axis, steps_axis
from gsl.backend.store.suites import suite_of
from gsl.backend.store.variation import demonstrations_of
from gsl.backend.store.variation_curves import variation_curves
from gsl.protocol.api.variations import VariationCurve, VariationDemonstrations

_ROLES: dict[str, Role] = {"generalist": "generalist", "specialist": "specialist", "finetune": "finetune"}
_NAMES = {"generalist": "Generalist", "specialist": "Specialist", "finetune": "Fine-tuning"}


def variation_curve(
    curves: list[VariationCurve], demonstrations: list[VariationDemonstrations], view: View
) -> Figure:  # fmt: skip
    """Lines are training episodes, where each job branches off; diamonds are evaluations."""
    known = [curve for curve in curves if not np.isnan(_scores(curve, view)).all()]
    if not known:
        return empty_figure(view, "No episode of it yet", "Its curve appears once an episode of it has ended.")
    figure, named = new_figure(view, height=380 if view.narrow else 360), set[str]()
    for curve in known:
        _add(figure, curve, named, view)
    for demonstrated in demonstrations:
        whose = f"specialist {demonstrated.specialist}" if demonstrated.specialist else "generalist"
        figure.add_vline(
            x=demonstrated.run_steps, line={"color": palette(view).muted, "width": 1, "dash": "dot"},
            annotation={
                "text": f"{demonstrated.kept} of {demonstrated.tried} demonstrations kept<br>({whose})",
                "yanchor": "bottom", "xanchor": "right" if demonstrated.specialist else "left", "align": "left",
                "font": {"size": 10, "color": palette(view).muted},
            },
        )  # fmt: skip
    last = max(curve.steps[-1] for curve in known)
    figure.update_xaxes(steps_axis(), range=[0, last * 1.02])
    figure.update_yaxes(score_axis(view.metric))
    figure.update_layout(legend={"y": -0.22, "yanchor": "top"}, margin={"t": 40 if demonstrations else 20})
    return figure


def _scores(curve: VariationCurve, view: View) -> FloatArray:
    """NaN where it is unknown."""
    values = curve.success_rate if view.metric == "success" else curve.mean_return
    return np.array(values, dtype=np.float64)


def _add(figure: Figure, curve: VariationCurve, named: set[str], view: View) -> None:
    colours, trained = palette(view), curve.source == "training"
    name = _NAMES.get(curve.kind, curve.kind.capitalize()) if trained else "Evaluation"
    colour = colours.role(_ROLES[curve.kind]) if trained else colours.text
    scores, form = _scores(curve, view), ".0%" if view.metric == "success" else ".3~g"
    figure.add_scatter(
        x=np.array(curve.steps), y=scores, mode="lines+markers" if trained else "markers", name=name, legendgroup=name,
        showlegend=name not in named, cliponaxis=False, line={"color": colour, "width": 1.5},
        marker={"size": 3, "color": colour} if trained else _diamond(colour, colours.surface),
        customdata=np.array([curve.epochs, curve.episodes]).T,
        hovertemplate=f"<b>{curve.job_key}</b>, {name.lower()}<br>%{{y:{form}}} from %{{customdata[1]}} episodes<br>"
        "epoch %{customdata[0]}, %{x:,} steps<extra></extra>",
    )  # fmt: skip
    named.add(name)


def _diamond(colour: str, edge: str) -> dict[str, object]:
    return {"symbol": "diamond", "size": 9, "color": colour, "line": {"width": 1, "color": edge}}


def _build(session: Session, run_id: int, options: RunOptions) -> Figure:
    """Of the lowest number that is chosen, or that there is."""
    known = options.chosen or suite_of(session, run_id).training_variations()
    if not known:
        return variation_curve([], [], options.view)
    variation = min(known)
    curves = variation_curves(session, run_id, variation)
    return variation_curve(curves, demonstrations_of(session, run_id, variation), options.view)


FIGURE = RunFigure(
    name="variation_curve",
    title="Through all phases",
    description="Its training episodes by the generalist, by the specialists that got it and during fine-tuning, and "
    "its evaluations.",
    tab="variation",
    position=34,
    controls=("metric", "choice"),
    build=_build,
    ready=lambda state: state.measured,
)
