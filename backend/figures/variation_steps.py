"""Which variations the environment steps went to, by phase and purpose."""

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, IntArray, VariationSpent
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.ledger import PATTERNS, PHASE_NAMES, PURPOSES, phase_colour
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import View, empty_figure, new_figure, palette, steps_text
from gsl.backend.store.figures.variation_steps import variation_spent
from gsl.protocol.jobs import Phase, Purpose

MOST_BARS = 128  # narrower ones cannot be seen
MOST_NAMES = 40


def variation_steps(data: VariationSpent, view: View, chosen: frozenset[int] | None = None) -> Figure:
    """A bar per variation, that with the most steps first; of more than 128, neighbours share one with their mean."""
    kinds = [place for place, (_, purpose) in enumerate(data.kinds) if purpose != "measurement"]
    trained = data.steps[kinds].sum(axis=0) > 0
    if chosen is not None:
        trained &= np.array([int(variation) in chosen for variation in data.variations])
    rows = np.flatnonzero(trained)
    if not len(rows):
        return empty_figure(view, "No environment steps yet", "Steps appear here once episodes have ended.")
    order = rows[np.argsort(-data.steps[kinds][:, rows].sum(axis=0), kind="stable")]
    groups = np.array_split(order, min(MOST_BARS, len(order)))
    figure, labels = new_figure(view, height=340), [_label(data, group) for group in groups]
    for phase in PHASE_NAMES:
        for purpose in PURPOSES:
            if (phase, purpose) in data.kinds:
                _add(figure, data, (phase, purpose), groups, labels, view)
    named = len(groups) <= MOST_NAMES
    ticks = {"tickvals": np.arange(len(groups)), "ticktext": labels} if named else {"showticklabels": False}
    figure.update_layout(
        barmode="stack", bargap=0.2 if named else 0.0, legend={"traceorder": "normal"},
        xaxis={"title": {"text": _known(data, kinds, rows, named, view)}} | ticks,
        yaxis={"title": {"text": "Environment steps"}, "tickformat": "~s", "rangemode": "tozero"},
    )  # fmt: skip
    return figure


def _label(data: VariationSpent, group: IntArray) -> str:
    names = [data.names[int(data.variations[row])] for row in group]
    return names[0] if len(names) == 1 else f"mean of {len(names)}: {', '.join(names[:3])}, ..."


def _add(
    figure: Figure,
    data: VariationSpent,
    kind: tuple[Phase, Purpose],
    groups: list[IntArray],
    labels: list[str],
    view: View,
) -> None:
    phase, purpose = kind
    place = data.kinds.index(kind)
    colours = palette(view)
    values = np.array([data.steps[place, group].mean() for group in groups])
    if not values.any():
        return
    known = [_how(data, place, group) for group in groups]
    name = f"{PHASE_NAMES[phase]}: {purpose}"
    figure.add_bar(
        x=np.arange(len(groups)), y=values, name=name, customdata=np.array([labels, known]).T,
        marker={
            "color": phase_colour(phase, colours),
            "pattern": {
                "shape": PATTERNS[purpose], "fillmode": "overlay",
                "fgcolor": colours.surface, "solidity": 0.35, "size": 6,
            },
        },
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>{name}<br>%{{y:,.0f}} steps, %{{customdata[1]}}<extra></extra>",
    )  # fmt: skip


def _how(data: VariationSpent, place: int, group: IntArray) -> str:
    share = data.exact[place, group].sum() / max(1.0, float(data.steps[place, group].sum()))
    return "from the ledger" if share > 0.999 else "shared out by episodes"


def _known(data: VariationSpent, kinds: list[int], rows: IntArray, named: bool, view: View) -> str:
    """What is exact and what is not, below the bars."""
    total = float(data.steps[kinds][:, rows].sum())
    exact: FloatArray = data.exact[kinds][:, rows]
    parts = [f"{exact.sum() / total:.0%} from the ledger", "the rest shared out by the lengths of episodes"]
    if data.unknown:
        parts.append(f"{steps_text(data.unknown)} steps not known by variation")
    what = "" if named else "Variations, most steps first · "
    return what + ("<br>" if view.narrow else ", ").join(parts)


FIGURE = RunFigure(
    name="variation_steps",
    title="Steps by phase and variation",
    description="What was spent on each variation. The ledger counts by job: it is exact for jobs with one variation. "
    "The steps of others are shared out by the lengths of the episodes that ended, demonstrations by those tried.",
    tab="variations",
    position=33,
    controls=("choice",),
    build=lambda session, run_id, options: variation_steps(
        variation_spent(session, run_id), options.view, options.chosen
    ),
    ready=lambda state: state.spent and state.measured,
)
