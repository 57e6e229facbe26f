"""Which outcomes a table shows: those of the settings that the study has now, never mixed with earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.method.outcomes import Outcome
from benchmarks.method.study import Case

EARLIER = "These runs used earlier settings; no run with the current settings has ended yet."


@dataclass(frozen=True)
class Shown:
    """A case's outcomes, all of one kind: `earlier` ones only where there are no others."""

    outcomes: tuple[Outcome, ...]
    earlier: bool


def shown(case: Case, outcomes: Sequence[Outcome]) -> Shown:
    mine = [outcome for outcome in outcomes if outcome.case == case.name]
    now = tuple(outcome for outcome in mine if _is_current(case, outcome))
    return Shown(now, earlier=False) if now or not mine else Shown(tuple(mine), earlier=True)


def _is_current(case: Case, outcome: Outcome) -> bool:
    known = outcome.arm in case.arms
    return known and case.config(outcome.arm, outcome.seed) == outcome.config
