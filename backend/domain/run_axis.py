"""The horizontal axis of a run: all environment steps, or the critical path.

On the axis of all steps, the specialists of a cycle share the stretch that they spend together: each stands where the
run is once all of them have done as many steps of their own. On the critical path, they train in parallel, so each
simply goes on from where it branches off, and fine-tuning follows the longest of them (`gsl.phases.ledger`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np

from gsl.backend.domain.figure_data import FloatArray, IntArray
from gsl.phases.ledger import BRANCHES

Axis = Literal["total", "critical"]


class AxisJob(Protocol):
    """What has to be known of a job; `steps` are its own so far, without measurements."""

    @property
    def id(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def start_steps(self) -> int: ...

    @property
    def steps(self) -> int: ...


J = TypeVar("J", bound=AxisJob)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a job lies: it starts at `start`, has `before` steps of its branch behind it, and advances by `knots`."""

    start: int
    before: int = 0
    knots: tuple[FloatArray, FloatArray] | None = None  # steps of a branch, and what all branches have spent by then

    def of(self, own_steps: IntArray) -> IntArray:
        """Places on the axis after so many steps of the job; shape as given."""
        branch = self.before + own_steps
        if self.knots is None:
            return self.start + branch
        return self.start + np.rint(np.interp(branch, *self.knots)).astype(np.int64)


def places(jobs: Sequence[J], axis: Axis) -> dict[int, Place]:
    """By job; `jobs` are all of a run in the order of planning."""
    branches, found = _branches(jobs), dict[int, Place]()
    starts = {cycle: min(job.start_steps for job in jobs if _is_of(job, cycle)) for cycle, _ in branches}
    before: Counter[tuple[str, str]] = Counter()
    sequential = 0
    for job in jobs:
        branch = branch_of(job.key)
        begin = job.start_steps if branch is None else starts[branch[0]]
        if axis == "critical":
            begin = sequential + sum(_longest(branches, cycle) for cycle, start in starts.items() if start < begin)
        if branch is None:
            found[job.id] = Place(begin)
            sequential += job.steps
        else:
            found[job.id] = Place(begin, before[branch], _together(branches, branch[0]) if axis == "total" else None)
            before[branch] += job.steps
    return found


def branch_of(key: str) -> tuple[str, str] | None:
    """Cycle and number of the specialist whose rungs and demonstrations are done one after the other."""
    if not key.startswith(BRANCHES):
        return None
    _, cycle, index, *_ = key.split("-")
    return cycle, index


def _branches(jobs: Sequence[J]) -> Counter[tuple[str, str]]:
    """Own steps of each branch."""
    sums: Counter[tuple[str, str]] = Counter()
    for job in jobs:
        branch = branch_of(job.key)
        if branch is not None:
            sums[branch] += job.steps
    return sums


def _is_of(job: AxisJob, cycle: str) -> bool:
    branch = branch_of(job.key)
    return branch is not None and branch[0] == cycle


def _longest(branches: Counter[tuple[str, str]], cycle: str) -> int:
    return max(steps for (of, _), steps in branches.items() if of == cycle)


def _together(branches: Counter[tuple[str, str]], cycle: str) -> tuple[FloatArray, FloatArray]:
    """Steps of one branch, and the sum over all branches once none has done more; both of shape (knots,)."""
    own = np.array([steps for (of, _), steps in branches.items() if of == cycle], dtype=np.float64)
    knots = np.unique(np.concatenate([[0.0], own]))
    return knots, np.minimum(knots[:, np.newaxis], own).sum(axis=1)
