"""How many threads the trainer of a job gets: all cores if the job is alone, its share if others train beside it."""

import os
from collections.abc import Iterable

from gsl.protocol.api import WorkerPublic
from gsl.protocol.jobs import JobSpec
from gsl.protocol.lease import ClaimedJob


def threads_of(claim: ClaimedJob, workers: Iterable[WorkerPublic], worker: str, cores: int) -> int:
    """Decided once, when the job starts.

    `workers` are all that the API knows. Specialists of a run begin one after the other on its free slots, so their
    share does not depend on which of them is first.
    """
    everyone = [*workers]
    host = next((each.host for each in everyone if each.name == worker), None)
    here = [each for each in everyone if each.live and each.host == host]
    others = sum(each.job_id not in (None, claim.job_id) and each.name != worker for each in here)
    return max(1, cores // max(1, others + 1, _side_by_side(claim.spec, len(here))))


def cores() -> int:
    """Number of cores that trainers of this slot may use: OMP_NUM_THREADS or, in a job of Slurm's, what that asked for;
    otherwise all of this process."""
    for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"):
        given = os.environ.get(name, "").split(",")[0]
        if given.isdigit() and int(given):
            return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _side_by_side(spec: JobSpec, slots: int) -> int:
    return min(slots, spec.config.specialists.count) if spec.kind == "specialist" else 1
