"""Where the environment steps went: by phase and purpose, one phase after the other, against the budget.

What was only measured, which the budget does not hold, has a bar of its own.
"""

from gsl.backend.domain.figure_data import LedgerTotals
from gsl.backend.figures.figure import Figure
from gsl.backend.figures.registration import RunFigure
from gsl.backend.figures.style import Palette, View, empty_figure, new_figure, palette, steps_axis, steps_text
from gsl.backend.store.figures.curves import ledger_totals
from gsl.protocol.jobs import Phase, Purpose

PHASE_NAMES: dict[Phase, str] = {
    "generalist": "Generalist", "evaluation": "Evaluation", "specialists": "Specialists", "finetune": "Fine-tuning",
}  # fmt: skip
PURPOSES: tuple[Purpose, ...] = ("training", "evaluation", "demonstrations")
MEASURED = "Measurements"
_NOTHING = "used neither for training nor for selection"
PATTERNS: dict[Purpose, str] = {"training": "", "evaluation": "/", "demonstrations": "x"}


def ledger(data: LedgerTotals, view: View) -> Figure:
    """A staircase of phases up to the steps spent; the line is the budget, the last bar the critical path."""
    spent = {(row.phase, row.purpose): row.steps for row in data.spent if row.steps}
    if not spent and not data.measured_steps:
        return empty_figure(view, "No environment steps yet", "Steps appear here after the first epoch.")
    figure = new_figure(view, height=290)
    starts = _starts(spent)
    for purpose in PURPOSES:
        if any(purpose == of for _, of in spent):
            _add_purpose(figure, spent, starts, purpose, view)
    _add_totals(figure, data, sum(spent.values()), view)
    figure.add_vline(
        x=data.total_steps, line={"color": palette(view).text, "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"budget {steps_text(data.total_steps)}", "xanchor": "right", "xshift": -5,
            "yanchor": "top",
        },
    )  # fmt: skip
    longest = max(data.total_steps, sum(spent.values()), data.measured_steps)
    figure.update_layout(barmode="overlay", bargap=0.3, legend={"traceorder": "normal"})
    figure.update_xaxes(steps_axis("Environment steps"), range=[0, longest * 1.03])
    figure.update_yaxes(
        categoryorder="array", categoryarray=[*PHASE_NAMES.values(), "All phases", "Critical path", MEASURED],
        autorange="reversed", showgrid=False,
    )  # fmt: skip
    return figure


def _starts(spent: dict[tuple[Phase, Purpose], int]) -> dict[tuple[Phase, Purpose], int]:
    """Start of each piece, ordered by phase and then by purpose."""
    starts, total = {}, 0
    for phase in PHASE_NAMES:
        for purpose in PURPOSES:
            starts[phase, purpose] = total
            total += spent.get((phase, purpose), 0)
    return starts


def phase_colour(phase: Phase, colours: Palette) -> str:
    return {
        "generalist": colours.generalist, "specialists": colours.specialist, "finetune": colours.finetune,
    }.get(phase, colours.evaluation)  # fmt: skip


def _add_purpose(
    figure: Figure,
    spent: dict[tuple[Phase, Purpose], int],
    starts: dict[tuple[Phase, Purpose], int],
    purpose: Purpose,
    view: View,
) -> None:
    """Pieces of one purpose, coloured by phase; the legend's key is neutral, because colour means phase here."""
    colours = palette(view)
    pattern = {
        "shape": PATTERNS[purpose], "fillmode": "overlay", "fgcolor": colours.surface, "solidity": 0.35, "size": 7,
    }  # fmt: skip
    total = sum(spent.values())
    for phase in PHASE_NAMES:
        if steps := spent.get((phase, purpose)):
            figure.add_bar(
                y=[PHASE_NAMES[phase]], x=[steps], base=[starts[phase, purpose]], orientation="h", showlegend=False,
                name=purpose.capitalize(), marker={"color": phase_colour(phase, colours), "pattern": pattern},
                hovertemplate=f"<b>%{{y}}</b>: {purpose}<br>{steps:,} steps, {steps / total:.1%} of all spent steps"
                "<extra></extra>",
            )  # fmt: skip
    figure.add_bar(
        y=[PHASE_NAMES["generalist"]], x=[None], orientation="h", name=purpose.capitalize(),
        marker={"color": colours.muted, "pattern": pattern},
    )  # fmt: skip


def _add_totals(figure: Figure, data: LedgerTotals, total: int, view: View) -> None:
    critical, measured = data.critical_path_steps, data.measured_steps
    rows = [
        ("All phases", total, f"{total:,} of {data.total_steps:,} steps, {max(0, data.total_steps - total):,} left"),
        ("Critical path", critical, f"{critical:,} steps: specialists run in parallel,<br>so only the longest counts"),
    ]
    if measured:
        rows.append((MEASURED, measured, f"{measured:,} steps outside the budget of every arm,<br>{_NOTHING}"))
    figure.add_bar(
        y=[name for name, _, _ in rows], x=[steps for _, steps, _ in rows], orientation="h", showlegend=False,
        marker={"color": palette(view).muted}, text=[f" {steps_text(steps)} " for _, steps, _ in rows],
        textposition="inside", insidetextanchor="end", textfont={"color": palette(view).surface},
        hovertext=[text for _, _, text in rows], hovertemplate="<b>%{y}</b><br>%{hovertext}<extra></extra>",
    )  # fmt: skip


FIGURE = RunFigure(
    name="ledger",
    title="Ledger",
    description="Where the environment steps went. Training, demonstrations and evaluations that select something "
    "count towards the budget. Steps that only measure are listed separately and count for no arm.",
    tab="results",
    position=70,
    build=lambda session, run_id, options: ledger(ledger_totals(session, run_id), options.view),
    ready=lambda state: state.spent,
)
