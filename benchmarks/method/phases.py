"""Where a gain or a loss comes from: the variations that got specialists and the others, phase by phase."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from benchmarks.method.outcomes import Outcome
from benchmarks.method.study import BASELINE, TITLES

Seeds = Mapping[int, Outcome]
_HEAD = (
    "| arm | seeds | lowest: at the gate | their specialists | at the end | generalist alone | others: at the gate "
    "| at the end | generalist alone |\n|---|---|---|---|---|---|---|---|---|"
)


def phases(grouped: Mapping[str, Seeds]) -> str:
    """A row for each arm with specialists: means over seeds. Empty if no run has any.

    *Lowest* are the variations that a seed's first gate gave to specialists. Runs are left out that failed, or whose
    specialists or whose plain generalist were not measured.
    """
    rows = [row for arm, seeds in grouped.items() if arm != BASELINE for row in _row(arm, seeds, grouped)]
    return "\n".join([_HEAD, *rows]) if rows else ""


def _row(arm: str, seeds: Seeds, grouped: Mapping[str, Seeds]) -> Iterator[str]:
    alone = grouped.get(BASELINE, {})
    known = [outcome for outcome in seeds.values() if outcome.specialists and outcome.seed in alone]
    measured = [list(_means(outcome, alone[outcome.seed])) for outcome in known if outcome.status != "failed"]
    if measured:
        cells = [_mean(column) for column in zip(*measured, strict=True)]
        yield f"| {TITLES[arm]} | {len(measured)} | " + " | ".join(cells) + " |"


def _means(outcome: Outcome, alone: Outcome) -> Iterator[float | None]:
    lowest = {variation for part in outcome.gates[0].partition for variation in part}
    others = outcome.final.training.keys() - lowest
    yield _over(lowest, outcome.before.training)
    yield _over(lowest, outcome.specialists)
    yield _over(lowest, outcome.final.training)
    yield _over(lowest, alone.final.training)
    yield _over(others, outcome.before.training)
    yield _over(others, outcome.final.training)
    yield _over(others, alone.final.training)


def _over(variations: Iterable[int], figures: Mapping[int, float]) -> float | None:
    known = [figures[variation] for variation in variations if variation in figures]
    return fmean(known) if known else None


def _mean(column: Sequence[float | None]) -> str:
    known = [value for value in column if value is not None]
    return f"{fmean(known):.2f}" if known else "-"
