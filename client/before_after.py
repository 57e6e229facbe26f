"""The result of a run as text: how it ended, and its variations before specialists and after fine-tuning."""

from collections.abc import Sequence

import numpy as np

from gsl.client.api import Client
from gsl.client.models import GateVariation, Run, VariationEstimate
from gsl.method.changes import CONFIDENCE, Changes, Measurement, changes_of_returns, changes_of_success
from gsl.method.statistics import paired_difference
from gsl.phases.keys import BEFORE_EVALUATION, LAST_EVALUATION, continued_evaluation

VERDICTS = ("gained", "forgotten", "")
Before = Sequence[VariationEstimate] | Sequence[GateVariation]


def result_of(api: Client, run: Run) -> list[str]:
    """How a run ended and, if it succeeded with specialists, its table; in lines."""
    lines = [f"Run {run.id} {run.status}. {run.message}".rstrip(), *(f"  warning: {each}" for each in run.warnings)]
    gate = api.gate(run.id) if run.status == "succeeded" else None
    if gate is None:
        return lines
    last = continued_evaluation(run.continuations[-1].number) if run.continuations else LAST_EVALUATION
    after, afresh = (_measured(api, run.id, key) for key in (last, BEFORE_EVALUATION))
    if not after:
        return lines
    lines.append("Success rate, or return if the suite has no success signal:")
    lines += before_after(afresh if afresh else gate.evidence.variations, after).splitlines()
    if not afresh:
        lines.append('"before" is the evaluation that selected the variations, so their gains are overstated')
    return lines


def _measured(api: Client, run_id: int, key: str) -> tuple[VariationEstimate, ...]:
    """What the job with this key measured; empty if there is no such job."""
    jobs = [job.id for job in api.jobs(run_id) if job.key == key]
    return tuple(row for job in jobs for row in api.returns(run_id, source="evaluation", job=job).items)


def before_after(before: Before, after: Sequence[VariationEstimate]) -> str:
    """Each variation's scores, their difference with its interval, and a verdict if it is significant; then the mean.

    The score is the success rate, or the return if the suite has no success signal.
    """
    succeeds = any(row.success_rate is not None for row in after)
    variations = [row.variation for row in after]
    sides = _measurement(before, variations, succeeds), _measurement(after, variations, succeeds)
    found = (changes_of_success if succeeds else changes_of_returns)(*sides)
    width = max(len("variation"), *(len(row.name) for row in after))
    head = f"{'variation':<{width}}  {'before':>8}  {'after':>8}  {'change':>8}  {f'{CONFIDENCE:.0%} interval':>17}"
    rows = [f"{row.name:<{width}}  {_row(sides, found, place)}".rstrip() for place, row in enumerate(after)]
    return "\n".join([head, *rows, f"{'mean':<{width}}  {_mean(*sides)}".rstrip()])


def _measurement(rows: Before, variations: Sequence[int], succeeds: bool) -> Measurement:
    """In the order of `variations`; the evidence of gates has no standard deviations."""
    found = {row.variation: row for row in rows}
    values = np.full((3, len(variations)), np.nan)
    for place, row in enumerate(found.get(variation) for variation in variations):
        if row is not None:
            score = row.success_rate if succeeds else row.mean_return
            deviation = row.std_return if isinstance(row, VariationEstimate) else None
            values[:, place] = row.episodes, _number(score), _number(deviation)
    return Measurement(np.nan_to_num(values[0]), values[1], values[2])


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _row(sides: Sequence[Measurement], found: Changes, place: int) -> str:
    scores = (sides[0].mean[place], sides[1].mean[place], found.difference[place])
    return f"{_cells(*scores)}  {_interval(found.low[place], found.high[place])}  {VERDICTS[found.verdicts[place]]}"


def _mean(before: Measurement, after: Measurement) -> str:
    """Over the variations that both sides measured, with Student's t interval over them."""
    both = np.flatnonzero(~np.isnan(before.mean) & ~np.isnan(after.mean))
    if not len(both):
        return _cells(np.nan, np.nan, np.nan)
    first, second = before.mean[both], after.mean[both]
    found = paired_difference(second, first, CONFIDENCE)
    bounds = (_number(found.low), _number(found.high))
    return f"{_cells(first.mean(), second.mean(), found.estimate)}  {_interval(*bounds)}"


def _cells(before: float, after: float, change: float) -> str:
    return "  ".join(f"{_cell(value, sign):>8}" for value, sign in ((before, ""), (after, ""), (change, "+")))


def _interval(low: float, high: float) -> str:
    return " " * 17 if np.isnan(low) else f"{f'{low:+.2f} to {high:+.2f}':>17}"


def _cell(value: float, sign: str) -> str:
    return "-" if np.isnan(value) else f"{value:{sign}.2f}"
