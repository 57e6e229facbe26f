"""The results as Markdown: every arm with intervals, then every seed."""

from collections.abc import Sequence

from benchmarks.forkmaze.arms import TITLES
from benchmarks.forkmaze.outcomes import Outcome
from gsl.statistics import Interval, bootstrap_interval, mean_std, paired_difference, probability_of_improvement

BASELINE = "generalist"


def by_arm(outcomes: Sequence[Outcome], arms: Sequence[str]) -> dict[str, dict[int, Outcome]]:
    """Arms in the order asked for, those without outcomes left out; outcomes by seed."""
    found = {arm: {o.seed: o for o in sorted(outcomes, key=lambda o: o.seed) if o.arm == arm} for arm in arms}
    return {arm: seeds for arm, seeds in found.items() if seeds}


def table(outcomes: Sequence[Outcome], arms: Sequence[str]) -> str:
    """Both tables, with what the columns mean."""
    grouped = by_arm(outcomes, arms)
    rows = [
        "| arm | final success, mean ± std | IQM [95 %] | minus generalist, paired [95 %] | better than generalist "
        "[95 %] | steps |",
        "|---|---|---|---|---|---|",
        *(_arm_row(arm, grouped) for arm in grouped),
        "",
        "| seed | at the gate | " + " | ".join(TITLES[arm] for arm in grouped) + " |",
        "|---|---|" + "---|" * len(grouped),
        *(_seed_row(seed, grouped) for seed in sorted({seed for seeds in grouped.values() for seed in seeds})),
    ]
    return "\n".join(rows)


def _arm_row(arm: str, grouped: dict[str, dict[int, Outcome]]) -> str:
    seeds, baseline = grouped[arm], grouped.get(BASELINE, {})
    final = [outcome.final_success for outcome in seeds.values()]
    steps = sum(outcome.steps for outcome in seeds.values()) // len(seeds)
    both = [seed for seed in seeds if seed in baseline]
    ahead = chance = "-"
    if arm != BASELINE and len(both) > 1:
        pair = [seeds[s].final_success for s in both], [baseline[s].final_success for s in both]
        ahead, chance = _said(paired_difference(*pair), "+.3f"), _said(probability_of_improvement(*pair), ".2f")
    iqm = _said(bootstrap_interval(final), ".3f") if len(final) > 1 else f"{final[0]:.3f}"
    return f"| {TITLES[arm]} | {mean_std(final).text('.3f')} | {iqm} | {ahead} | {chance} | {steps:,} |"


def _seed_row(seed: int, grouped: dict[str, dict[int, Outcome]]) -> str:
    found = [seeds.get(seed) for seeds in grouped.values()]
    gates = [o.gate_success for o in found if o is not None and o.gate_success is not None]
    cells = ["-" if outcome is None else f"{outcome.final_success:.3f}" for outcome in found]
    return f"| {seed} | {f'{gates[0]:.2f}' if gates else '-'} | " + " | ".join(cells) + " |"


def _said(interval: Interval, form: str) -> str:
    return f"{interval.estimate:{form}} [{interval.low:{form}}, {interval.high:{form}}]"
