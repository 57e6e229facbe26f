"""Every environment step of a run, by phase, job and purpose; comparisons are fair only at equal totals.

Measurements and viewing, from which nothing is learned and nothing selected, are listed separately and do not count.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gsl.protocol.jobs import OUTSIDE, Phase, Purpose

BRANCHES = ("specialist-", "demonstrations-")
"""How keys of jobs begin that run beside others of their cycle."""


@dataclass(frozen=True)
class Entry:
    """Environment steps that a job spent for one purpose."""

    phase: Phase
    job: str
    purpose: Purpose
    steps: int


@dataclass(frozen=True)
class Totals:
    """What was spent and for what, and what is left of the total; `measured` and `viewed` are part of no other sum."""

    by_phase: dict[str, int]
    by_purpose: dict[str, int]
    total: int
    spent: int
    measured: int
    viewed: int
    critical_path: int

    @property
    def left(self) -> int:
        return max(0, self.total - self.spent)


def totals(entries: Sequence[Entry], total_steps: int) -> Totals:
    """Add up a run's entries."""
    counted = [entry for entry in entries if entry.purpose not in OUTSIDE]
    return Totals(
        by_phase=_sums((entry.phase, entry.steps) for entry in counted),
        by_purpose=_sums((entry.purpose, entry.steps) for entry in counted),
        total=total_steps,
        spent=sum(entry.steps for entry in counted),
        measured=sum(entry.steps for entry in entries if entry.purpose == "measurement"),
        viewed=sum(entry.steps for entry in entries if entry.purpose == "viewing"),
        critical_path=critical_path(entries),
    )


def critical_path(entries: Iterable[Entry]) -> int:
    """Sequential steps if every specialist had its own worker: those of the jobs on the critical path."""
    counted = [entry for entry in entries if entry.purpose not in OUTSIDE]
    jobs = critical_jobs(counted)
    return sum(entry.steps for entry in counted if entry.job in jobs)


def critical_jobs(entries: Iterable[Entry]) -> frozenset[str]:
    """Keys of the jobs whose steps make up the critical path, as far as they are spent.

    A specialist with all its rungs and demonstrations is one branch, the generalist's demonstrations are another. The
    branches of a cycle run in parallel, so only the longest counts, of equally long ones the first. Measurements and
    viewing are excluded.
    """
    counted = [entry for entry in entries if entry.purpose not in OUTSIDE]
    branches: Counter[tuple[str, str]] = Counter()
    for entry in counted:
        if branch := _branch(entry.job):
            branches[branch] += entry.steps
    longest: dict[str, tuple[str, str]] = {}
    for branch in branches:
        cycle, _ = branch
        longest[cycle] = max(longest.get(cycle, branch), branch, key=branches.__getitem__)
    return frozenset(entry.job for entry in counted if _branch(entry.job) in (None, *longest.values()))


def _branch(job: str) -> tuple[str, str] | None:
    """Cycle and index of a job that runs beside others of its cycle; None of one that is waited for."""
    if not job.startswith(BRANCHES):
        return None
    _, cycle, index, *_ = job.split("-")
    return cycle, index


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, steps in pairs:
        counts[name] += steps
    return dict(counts)
