"""Sums over jobs and workers, from which progress, time left and previews are derived."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from backend.db.columns import now
from backend.db.models import Job, Run, Worker
from backend.domain.run_progress import RunProgress
from backend.domain.waiting import waits_for
from backend.store.configs import config_of, missing_for
from gsl.config.run import RunConfig

LIVE_S = 45  # a worker that has been silent for longer is not live


def live_workers(session: Session) -> list[Worker]:
    return list(session.exec(select(Worker).where(col(Worker.last_seen) > now() - timedelta(seconds=LIVE_S))))


def of(session: Session, runs: Sequence[Run]) -> dict[int, RunProgress]:
    """The progress of each run, by its id, with one query over their jobs; runs that cannot be read are left out."""
    readable = {run.id: run for run in runs if run.id is not None and missing_for(run) is None}
    ids = list(readable)
    sums_of_jobs: tuple[Any, ...] = (
        func.count(), func.sum(Job.steps), func.max(Job.steps_per_second),
        func.sum(_one_if("queued", "lost")), func.sum(_one_if("running")),
    )  # fmt: skip
    grouped = (col(Job.run_id), col(Job.phase))
    query = select(*grouped, *sums_of_jobs).where(col(Job.run_id).in_(ids)).group_by(*grouped)
    sums: dict[int, list[_PhaseSums]] = {run_id: [] for run_id in ids}
    for run_id, phase, count, steps, speed, queued, running in session.exec(query):
        sums[run_id].append(_PhaseSums(phase, count, int(steps or 0), speed, queued, running))
    workers = live_workers(session)
    return {run_id: _progress(run, sums[run_id], workers) for run_id, run in readable.items()}


class _PhaseSums(NamedTuple):
    """Sums over the jobs of one phase of a run."""

    phase: str
    jobs: int
    steps: int
    speed: float | None
    queued: int
    running: int


def _one_if(*statuses: str) -> Any:
    return case((col(Job.status).in_(statuses), 1), else_=0)


def _progress(run: Run, sums: list[_PhaseSums], workers: list[Worker]) -> RunProgress:
    measured = [phase.speed for phase in sums if phase.speed]
    waiting = any(phase.queued for phase in sums) and not any(phase.running for phase in sums)
    return RunProgress(
        config=config_of(run),
        status=run.status,
        phase=run.phase,
        spent={phase.phase: phase.steps for phase in sums},
        jobs={phase.phase: phase.jobs for phase in sums},
        speed=max(measured) if measured else speed_of(workers, run.suite),
        slots=sum(run.suite in worker.suites for worker in workers),
        waits=waits_for(run.suite, workers) if waiting else "",
    )


def speed_of(workers: Sequence[Worker], suite: str) -> float | None:
    """Mean training speed measured by live workers on the suite, in steps per second; None if none measured any."""
    speeds = [worker.speeds[suite] for worker in workers if worker.speeds.get(suite)]
    return sum(speeds) / len(speeds) if speeds else None


def preview(session: Session, config: RunConfig) -> RunProgress:
    """The progress of a run that has not been launched yet."""
    workers = live_workers(session)
    suite = config.suite.name
    slots = sum(suite in worker.suites for worker in workers)
    return RunProgress(config, "queued", "generalist", speed=speed_of(workers, suite), slots=slots)
