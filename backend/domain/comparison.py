"""Compares groups of runs, such as an experiment's arms, and each pair, with `gsl.method.statistics`. Pure."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, islice
from statistics import fmean

import numpy as np

from gsl.backend.domain.comparison_types import Compared, ComparedRun, Outcomes
from gsl.backend.domain.figure_data import FloatArray
from gsl.method.statistics import (
    CONFIDENCE,
    LEAST_SEEDS,
    Interval,
    iqm_interval,
    mean_std,
    paired_difference,
    probability_of_improvement,
)
from gsl.protocol.api import ArmComparison, ComparisonPublic, IntervalPublic, PairComparison

UNEQUAL = 0.05  # relative difference in steps up to which groups count as equal: about an epoch and an evaluation
MOST_PAIRS = 190  # of 20 arms


def compare(outcomes: Outcomes) -> ComparisonPublic:
    compared = outcomes.compared
    arms = [group_comparison(outcomes, name) for name in compared.groups]
    pairs = islice(combinations(compared.groups, 2), MOST_PAIRS)
    return ComparisonPublic(
        experiment_id=compared.experiment_id,
        metric=outcomes.metric,
        source=outcomes.source,
        confidence=CONFIDENCE,
        tasks=list(compared.tasks),
        arms=arms,
        pairs=[pair_comparison(outcomes, *_ordered(outcomes, *pair)) for pair in pairs],
        warnings=list(_warnings(outcomes, arms)),
        least_seeds=LEAST_SEEDS["mean"],
        least_seeds_improvement=LEAST_SEEDS["improvement"],
    )


def group_comparison(outcomes: Outcomes, name: str) -> ArmComparison:
    runs, measured = outcomes.compared.of_group(name), outcomes.measured(name)
    scores = strata(outcomes, name)
    everything = np.concatenate(scores) if scores else np.array([])
    spread = mean_std(everything) if len(everything) else None
    failed = [run.id for run in runs if run.status == "failed"]
    return ArmComparison(
        arm_name=name,
        arm=runs[0].arm,
        runs=[run.id for run in runs],
        seeds=len(measured),
        ended=sum(run.ended for run in runs),
        failed=len(failed),
        cancelled=sum(run.status == "cancelled" for run in runs),
        going_on=sum(not run.ended for run in runs),
        failed_runs=failed,
        total_steps=_mean_of([run.total_steps for run in measured]),
        spent_steps=_mean_of([run.spent_steps for run in measured]),
        continued=sum(run.continued_steps > 0 for run in runs),
        mean=None if spread is None else spread.mean,
        std=None if spread is None else spread.std,
        iqm=_public(_iqm(outcomes, scores)) if scores else None,
    )


def pair_comparison(outcomes: Outcomes, ours: str, theirs: str) -> PairComparison:
    left, right = strata_of_both(outcomes, ours, theirs)
    mine, other = (_by_pair(outcomes, name) for name in (ours, theirs))
    common = sorted(mine.keys() & other.keys())
    difference = (
        paired_difference([mine[pair] for pair in common], [other[pair] for pair in common]) if common else None
    )
    return PairComparison(
        ours=ours,
        theirs=theirs,
        pairs=len(common),
        difference=None if difference is None else _public(difference),
        probability_of_improvement=_public(probability_of_improvement(left, right)) if left else None,
        reason=_reason(outcomes, ours, theirs, len(common), bool(left)),
    )


def strata(outcomes: Outcomes, name: str) -> tuple[FloatArray, ...]:
    """The group's scores: for each task it was evaluated on, an array over seeds."""
    measured = outcomes.measured(name)
    tasks = sorted({run.task for run in measured})
    return tuple(np.array([outcomes.by_run[run.id] for run in measured if run.task == task]) for task in tasks)


def strata_of_both(outcomes: Outcomes, ours: str, theirs: str) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """Scores of both groups on the tasks that both were evaluated on."""
    tasks = [sorted({run.task for run in outcomes.measured(name)}) for name in (ours, theirs)]
    both = set(tasks[0]) & set(tasks[1])
    left, right = (
        tuple(
            scores
            for task, scores in zip(tasks[place], strata(outcomes, name), strict=True)
            if task in both
        )
        for place, name in enumerate((ours, theirs))
    )  # fmt: skip
    return left, right


def default_pair(compared: Compared) -> tuple[str, str] | None:
    """The first group that is not a baseline against the first that is; else the second against the first."""
    groups = compared.groups
    if len(groups) < 2:
        return None
    baseline = next((name for name in groups if compared.is_baseline(name)), groups[0])
    return next(name for name in groups if name != baseline), baseline


def _ordered(outcomes: Outcomes, first: str, second: str) -> tuple[str, str]:
    """A baseline is theirs; otherwise the group launched later is ours."""
    baseline = outcomes.compared.is_baseline
    return (first, second) if baseline(second) and not baseline(first) else (second, first)


def _iqm(outcomes: Outcomes, scores: tuple[FloatArray, ...]) -> Interval:
    found = iqm_interval(scores)
    by_success = all(suite.scored_by_success for suite in outcomes.compared.suites)
    is_rate = outcomes.metric == "success" or (outcomes.metric == "score" and by_success)
    return found.within(0, 1) if is_rate else found


def _by_pair(outcomes: Outcomes, name: str) -> dict[tuple[int, int], float]:
    """The mean where several of the group's runs have the same task and seed."""
    found: dict[tuple[int, int], list[float]] = {}
    for run in outcomes.measured(name):
        found.setdefault(run.pair, []).append(outcomes.by_run[run.id])
    return {pair: fmean(values) for pair, values in found.items()}


def _public(interval: Interval) -> IntervalPublic:
    return IntervalPublic(estimate=interval.estimate, low=interval.low, high=interval.high, seeds=interval.seeds)


def _reason(outcomes: Outcomes, ours: str, theirs: str, common: int, same_tasks: bool) -> str:
    for name in (ours, theirs):
        if not outcomes.measured(name):
            return f"no run of {name} has succeeded yet"
    noun = outcomes.compared.noun
    reasons = [] if common else [f"the {noun}s have no seed in common"]
    if not same_tasks:
        reasons.append(f"the {noun}s have no task in common")
    return "; ".join(reasons)


def _mean_of(steps: list[int]) -> int | None:
    return round(sum(steps) / len(steps)) if steps else None


def _warnings(outcomes: Outcomes, arms: list[ArmComparison]) -> Iterator[str]:
    for arm in arms:
        if arm.failed:
            yield f"{arm.failed} of {len(arm.runs)} runs of {arm.arm_name} failed and are not included"
        missing = sum(_unmeasured(outcomes, run) for run in outcomes.compared.of_group(arm.arm_name))
        if missing:
            yield f"{missing} successful runs of {arm.arm_name} have no {outcomes.metric} for {outcomes.source}"
        marks = Counter(run.mark for run in outcomes.measured(arm.arm_name) if run.mark)
        for mark, often in sorted(marks.items()):
            yield f"Last evaluation of {often} of {len(arm.runs)} runs of {arm.arm_name}: {mark}"
        if arm.continued:
            most = max(run.continued_steps for run in outcomes.compared.of_group(arm.arm_name))
            yield (
                f"{arm.continued} of {len(arm.runs)} runs of {arm.arm_name} were continued, by up to {most:,} steps: "
                "that budget was decided after the result was seen"
            )
    spent = {arm.arm_name: arm.spent_steps for arm in arms if arm.spent_steps}
    continued = {run.continued_steps for arm in arms for run in outcomes.measured(arm.arm_name)}
    if spent and (max(spent.values()) > (1 + UNEQUAL) * min(spent.values()) or len(continued) > 1):
        each = ", ".join(f"{name} {steps:,}" for name, steps in spent.items())
        yield f"The {outcomes.compared.noun}s did not spend the same number of environment steps per run: {each}"


def _unmeasured(outcomes: Outcomes, run: ComparedRun) -> bool:
    return run.status == "succeeded" and run.id not in outcomes.by_run
