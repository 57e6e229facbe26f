"""Environment steps by job and purpose, without reading the entry of each epoch."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.models import Job, LedgerEntry
from gsl.protocol.jobs import OUTSIDE, Phase, Purpose

_RARE: tuple[Purpose, ...] = ("demonstrations", "evaluation", "measurement", "viewing")
"""Purposes that few epochs have; what else a job has spent is training, of which each epoch has an entry."""


@dataclass(frozen=True)
class JobSpent:
    phase: Phase
    job_id: int
    key: str
    purpose: Purpose
    steps: int


def of_run(session: Session, run_id: int) -> list[JobSpent]:
    """In the order of jobs, then of purposes."""
    columns: tuple[Any, ...] = (Job.id, Job.phase, Job.key, Job.steps)
    jobs = session.execute(select(*columns).where(col(Job.run_id) == run_id).order_by(col(Job.id))).all()
    rare = _rare(session, run_id)
    return [
        JobSpent(phase, job_id, key, purpose, spent)
        for job_id, phase, key, steps in jobs
        for purpose, spent in _by_purpose(steps, rare[job_id])
        if spent
    ]


def _by_purpose(steps: int, rare: dict[Purpose, int]) -> list[tuple[Purpose, int]]:
    """`steps` is what the job has spent, without measurements and viewing."""
    counted = sum(spent for purpose, spent in rare.items() if purpose not in OUTSIDE)
    return [*sorted(rare.items()), ("training", steps - counted)]


def _rare(session: Session, run_id: int) -> dict[int, dict[Purpose, int]]:
    jobs = select(col(Job.id)).where(col(Job.run_id) == run_id)
    columns: tuple[Any, ...] = (LedgerEntry.job_id, LedgerEntry.purpose, func.sum(LedgerEntry.steps))
    mine = (col(LedgerEntry.job_id).in_(jobs), col(LedgerEntry.purpose).in_(_RARE))
    found: dict[int, dict[Purpose, int]] = defaultdict(dict)
    for job_id, purpose, steps in session.execute(
        select(*columns).where(*mine).group_by(col(LedgerEntry.job_id), col(LedgerEntry.purpose))
    ):
        found[job_id][purpose] = int(steps)
    return found
