"""The paper's table of a comparison as text: CSV for computing, LaTeX (with booktabs) for papers. Pure."""

import csv
import io
from collections.abc import Sequence

from gsl.protocol.api import ArmComparison, ComparedMetric, ComparisonPublic, IntervalPublic
from gsl.protocol.api.comparing import TableText

COLUMNS = (
    "group", "runs", "seeds", "training_mean", "training_std", "held_out_mean", "held_out_std", "training_iqm",
    "training_iqm_low", "training_iqm_high", "held_out_iqm", "held_out_iqm_low", "held_out_iqm_high",
    "environment_steps", "continued_runs",
)  # fmt: skip
_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_METRICS: dict[ComparedMetric, str] = {"score": "Score", "return": "Return", "success": "Success rate"}
Row = tuple[ArmComparison, ArmComparison]
"""A group measured on training variations and on held-out ones."""


def table(training: ComparisonPublic, held_out: ComparisonPublic, form: TableText) -> str:
    rows = list(zip(training.arms, held_out.arms, strict=True))
    return _csv(rows) if form == "csv" else _latex(rows, training)


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for ours, held_out in rows:
        writer.writerow([
            ours.arm_name, len(ours.runs), ours.seeds, ours.mean, ours.std, held_out.mean, held_out.std,
            *_bounds(ours.iqm), *_bounds(held_out.iqm), ours.spent_steps,
            ours.continued,
        ])  # fmt: skip
    return text.getvalue()


def _bounds(interval: IntervalPublic | None) -> tuple[float | None, ...]:
    return (None, None, None) if interval is None else (interval.estimate, interval.low, interval.high)


def _latex(rows: Sequence[Row], of: ComparisonPublic) -> str:
    """The best mean of each column is bold, as papers do it."""
    best = [
        max((side.mean for side in column if side.mean is not None), default=None) for column in zip(*rows, strict=True)
    ]
    lines = [
        f"% {_METRICS[of.metric]}: mean and sample standard deviation over seeds; interquartile mean with its "
        f"{of.confidence * 100:g}\\,\\% interval.",
        *_continued_note(rows),
        r"\begin{tabular}{lrrrr}", r"\toprule",
        r"Method & Seeds & Training & Held-out & IQM (training) \\", r"\midrule",
        *(_latex_row(row, best) for row in rows), r"\bottomrule", r"\end{tabular}", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _continued_note(rows: Sequence[Row]) -> list[str]:
    """Readers of a paper should know which budgets were decided after the results were seen."""
    continued = [
        f"{row[0].continued} of {len(row[0].runs)} runs of {row[0].arm_name}" for row in rows if row[0].continued
    ]
    return [f"% Continued after their results were seen: {'; '.join(continued)}."] if continued else []


def _latex_row(row: Row, best: Sequence[float | None]) -> str:
    means = [_spread(side, side.mean == top) for side, top in zip(row, best, strict=True)]
    return " & ".join([escaped(row[0].arm_name), str(row[0].seeds), *means, _iqm(row[0].iqm)]) + r" \\"


def _spread(side: ArmComparison, best: bool) -> str:
    if side.mean is None:
        return "--"
    mean = f"\\mathbf{{{side.mean:.3f}}}" if best else f"{side.mean:.3f}"
    return f"${mean}$" if side.std is None else f"${mean} \\pm {side.std:.3f}$"


def _iqm(interval: IntervalPublic | None) -> str:
    if interval is None:
        return "--"
    if interval.low is None or interval.high is None:
        return f"${interval.estimate:.3f}$"
    return f"${interval.estimate:.3f}$ [${interval.low:.3f}$, ${interval.high:.3f}$]"


def escaped(name: str) -> str:
    """For LaTeX, whatever somebody called it."""
    return "".join(_SPECIAL.get(letter, letter) for letter in name)
