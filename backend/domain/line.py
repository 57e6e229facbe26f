"""The line of queued jobs, as one of them sees it: how many are ahead of it, and how long it still waits. Pure."""

from dataclasses import dataclass
from datetime import datetime

from gsl.backend.domain.pace import Pace

_SHORTEST_S = 10.0  # a wait that is not worth mentioning
_UNITS = ((3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True)
class Line:
    """`slots` workers can run the job and `busy` of them have a job; they take `ahead` queued jobs first.
    `held` says which quota has to have room before."""

    slots: int = 1
    busy: int = 0
    ahead: int = 0
    held: str = ""


def seconds_queued(line: Line, pace: Pace, queued_at: datetime | None, at: datetime) -> float | None:
    """Until a worker takes the job: as usual if one is free, otherwise after those that are ahead of it.

    None without a worker that can run it, or while a quota holds the job, because nobody knows how long.
    """
    if line.slots < 1 or line.held:
        return None
    before = line.ahead + line.busy - line.slots
    if before < 0:
        waited = 0.0 if queued_at is None else (at - queued_at).total_seconds()
        return max(0.0, pace.wait() - max(0.0, waited))
    each = pace.job()
    return None if each is None else each * (before // line.slots + 1)


def described(line: Line, pace: Pace, queued_at: datetime | None, at: datetime) -> str:
    """Examples: queued, 4 ahead, about 3 min; queued, next in line; queued again in about 20 s."""
    if queued_at is not None and queued_at > at:
        return f"queued again in {_about((queued_at - at).total_seconds())}"
    if line.held:
        return f"queued, {line.held}"
    seconds = seconds_queued(line, pace, queued_at, at)
    place = f"{line.ahead} ahead" if line.ahead else "next in line"
    return f"queued, {place}" + (f", {_about(seconds)}" if seconds is not None and seconds >= _SHORTEST_S else "")


def _about(seconds: float) -> str:
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 1.5 * size), _UNITS[-1])
    return f"about {max(1, round(seconds / size))} {unit}"
