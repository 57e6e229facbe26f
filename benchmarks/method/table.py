"""A case's results as Markdown: every arm with intervals, then every seed."""

from collections.abc import Callable, Iterator, Sequence

from benchmarks.method.current import EARLIER, shown
from benchmarks.method.outcomes import Outcome
from benchmarks.method.phases import phases
from benchmarks.method.study import BASELINE, TITLES, Case
from gsl.method.statistics import iqm_interval, mean_std, paired_difference, probability_of_improvement

Seeds = dict[int, Outcome]
Figure = Callable[[Outcome], float]


def by_arm(outcomes: Sequence[Outcome]) -> dict[str, Seeds]:
    """Arms in the order of their titles, those without outcomes left out; outcomes by seed."""
    found = {arm: {o.seed: o for o in sorted(outcomes, key=lambda o: o.seed) if o.arm == arm} for arm in TITLES}
    return {arm: seeds for arm, seeds in found.items() if seeds}


def table(case: Case, outcomes: Sequence[Outcome]) -> str:
    """All tables of one case; a failed run counts with the figure 0 and is named."""
    found = shown(case, outcomes)
    grouped = by_arm(found.outcomes)
    if not grouped:
        return "No run has ended yet."
    word = "success" if case.metric == "success" else "return"
    parts = [EARLIER] if found.earlier else []
    parts.append(_arms(case, f"final {word}", grouped, lambda o: o.figure))
    if case.has_held_out:
        parts.append(_arms(case, f"final {word}, held out", grouped, lambda o: o.held_out_figure))
    parts.append(_seeds(grouped, case))
    parts += filter(None, [phases(grouped)])
    return "\n\n".join([*parts, *_failures(grouped)])


def _arms(case: Case, what: str, grouped: dict[str, Seeds], figure: Figure) -> str:
    compared = "minus generalist, paired [95 %] | better than generalist [95 %]"
    return "\n".join(
        [
            f"| arm | seeds | {what}, mean ± std | IQM [95 %] | {compared} | steps | measurement steps |",
            "|---|---|---|---|---|---|---|---|",
            *(_arm_row(case, arm, grouped, figure) for arm in grouped),
        ]
    )


def _arm_row(case: Case, arm: str, grouped: dict[str, Seeds], figure: Figure) -> str:
    seeds, baseline = grouped[arm], grouped.get(BASELINE, {})
    final = [figure(outcome) for outcome in seeds.values()]
    both = [seed for seed in seeds if seed in baseline]
    ahead = chance = "-"
    if arm != BASELINE and both:
        pair = [figure(seeds[seed]) for seed in both], [figure(baseline[seed]) for seed in both]
        fewer = len(both) < len(final)  # the number of all stands in the row
        ahead = paired_difference(*pair).text("+.3f", seeds=fewer)
        chance = probability_of_improvement(*pair).text(".2f", seeds=fewer)
    iqm = iqm_interval(final)
    if case.metric == "success":
        iqm = iqm.within(0, 1)
    steps, beside = (
        sum(getattr(outcome, name) for outcome in seeds.values()) // len(seeds) for name in ("steps", "measured_steps")
    )
    each = f"{mean_std(final).text('.3f')} | {iqm.text(seeds=False)}"
    return f"| {TITLES[arm]} | {len(final)} | {each} | {ahead} | {chance} | {steps:,} | {beside:,} |"


def _seeds(grouped: dict[str, Seeds], case: Case) -> str:
    """One row a seed: the generalist at its first gate, then every arm's end, held-out variations behind a stroke."""
    rows = [
        "| seed | gate after | at the gate | " + " | ".join(TITLES[arm] for arm in grouped) + " |",
        "|---|---|---|" + "---|" * len(grouped),
    ]
    for seed in sorted({seed for seeds in grouped.values() for seed in seeds}):
        found = [seeds.get(seed) for seeds in grouped.values()]
        cells = [_cell(outcome, case.has_held_out) for outcome in found]
        rows.append(f"| {seed} | {_gate(found, case.has_held_out)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _gate(found: Sequence[Outcome | None], held_out: bool) -> str:
    for outcome in found:
        if outcome is not None and outcome.before.training:
            after = f"{outcome.gates[0].steps:,} ({outcome.gates[0].fired})" if outcome.gates else "-"
            before = outcome.before
            return f"{after} | {_pair(before.training_mean, before.held_out_mean if held_out else None)}"
    return "- | -"


def _cell(outcome: Outcome | None, held_out: bool) -> str:
    if outcome is None:
        return "-"
    if outcome.status == "failed":
        return "failed"
    return _pair(outcome.figure, outcome.final.held_out_mean if held_out else None)


def _pair(training: float | None, held_out: float | None) -> str:
    said = "-" if training is None else f"{training:.3f}"
    return said if held_out is None else f"{said} / {held_out:.3f}"


def _failures(grouped: dict[str, Seeds]) -> Iterator[str]:
    failed = [outcome for seeds in grouped.values() for outcome in seeds.values() if outcome.status == "failed"]
    for outcome in failed:
        yield f"{TITLES[outcome.arm]}, seed {outcome.seed}, failed and counts as 0: {outcome.message}"
