"""What of chosen groups can be compared, and what cannot, in words. Pure."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from gsl.backend.domain.comparison import MOST_PAIRS
from gsl.backend.domain.comparison_types import Compared
from gsl.config.suites import SuiteSettings

_MOST_NAMED = 3


def limits(compared: Compared) -> Iterator[str]:
    """Sentences for people who chose groups that are not arms of one experiment."""
    yield from _tasks(compared)
    yield from _scores(compared)
    yield from _seeds(compared)
    groups = len(compared.groups)
    if groups * (groups - 1) // 2 > MOST_PAIRS:
        yield f"Of the pairs of {groups} groups, the first {MOST_PAIRS} are listed; figures show any pair"


def _tasks(compared: Compared) -> Iterator[str]:
    if len(compared.tasks) < 2:
        return
    yield (
        f"The runs are of {len(compared.tasks)} tasks ({_listed(compared.tasks)}): they are compared by score, which "
        "has one scale for all, and not by return"
    )
    of = {name: {run.task for run in compared.of_group(name)} for name in compared.groups}
    apart = [f"{one} and {other}" for one, other in combinations(of, 2) if not of[one] & of[other]]
    if apart:
        yield (
            f"{_listed(apart)} have no task in common: their curves and scores stand side by side, but nothing is "
            "said of one against the other, nor of single variations"
        )


def _scores(compared: Compared) -> Iterator[str]:
    kinds = {_kind(suite) for suite in compared.suites}
    if len(kinds) > 1:
        yield f"A score is {' or '.join(sorted(kinds))}, depending on the task"


def _kind(suite: SuiteSettings) -> str:
    if suite.scored_by_success:
        return "the success rate"
    return "the normalised return" if type(suite).score is SuiteSettings.score else "the suite's own score"


def _seeds(compared: Compared) -> Iterator[str]:
    for name in compared.groups:
        often = Counter(run.pair for run in compared.of_group(name) if run.status == "succeeded")
        shared = sum(count for count in often.values() if count > 1)
        if shared:
            yield f"{shared} runs of {name} share their seed with another of its runs; in pairs, their mean counts once"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return "; ".join(names[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
