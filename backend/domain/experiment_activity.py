"""What the runs of an experiment are doing and waiting for, in one sentence. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gsl.backend.domain.waiting import Named, able
from gsl.protocol.dispatch import Need
from gsl.protocol.jobs import RunStatus


@dataclass(frozen=True)
class RunsAlike:
    """A number of runs in the same state; `working` if a worker has a job of theirs."""

    number: int
    status: RunStatus
    need: Need
    working: bool


class _State(NamedTuple):
    """Its place in the sentence, and what one run does, and what several do."""

    place: int
    one: str
    several: str


_AT_THE_GATE = _State(1, "waits for approval", "wait for approval")
_BY_STATUS: dict[str, _State] = {
    "awaiting_approval": _AT_THE_GATE,
    "paused": _State(3, "is paused", "are paused"),
    "succeeded": _State(4, "has finished", "have finished"),
    "failed": _State(5, "failed", "failed"),
    "cancelled": _State(6, "was cancelled", "were cancelled"),
}
_TRAINS = _State(0, "trains", "train")


def described(groups: Iterable[RunsAlike], live: Sequence[Named]) -> str:
    """Example: 3 runs train, 1 waits for approval, 2 wait for a worker with label a100. Empty without any run."""
    counted: Counter[_State] = Counter()
    for group in groups:
        counted[_state(group, live)] += group.number
    parts = [(number, state.one if number == 1 else state.several) for state, number in sorted(counted.items())]
    nouns = [f"{number} run{'' if number == 1 else 's'} {does}" for number, does in parts[:1]]
    return ", ".join(nouns + [f"{number} {does}" for number, does in parts[1:]])


def _state(group: RunsAlike, live: Sequence[Named]) -> _State:
    if group.status in _BY_STATUS:
        return _BY_STATUS[group.status]
    if group.working:
        return _TRAINS
    missing = _missing(group.need, live)
    return _State(2, f"waits for {missing}", f"wait for {missing}")


def _missing(need: Need, live: Sequence[Named]) -> str:
    """A worker of those that are live, or one that none of them is."""
    if able(need, live):
        return "a free worker"
    if able(Need(need.suite), live):
        return f"a worker with label {need.label}"
    return f"a worker with {need}"
