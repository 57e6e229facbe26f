"""Sums over jobs and workers from which phases, time left and previews follow."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from backend.columns import now
from backend.models import Job, Run, Worker
from backend.phases import Standing
from backend.store.configs import config_of
from gsl.config import RunConfig

LIVE_S = 45  # a worker that was silent for longer is not live


def live_workers(session: Session) -> list[Worker]:
    return list(session.exec(select(Worker).where(col(Worker.last_seen) > now() - timedelta(seconds=LIVE_S))))


def of(session: Session, runs: Sequence[Run]) -> dict[int, Standing]:
    """The standing of each run, by its id, with one query over their jobs."""
    ids = [run.id for run in runs if run.id is not None]
    sums_of_jobs: tuple[Any, ...] = (func.count(), func.sum(Job.steps), func.max(Job.steps_per_second))
    grouped = (col(Job.run_id), col(Job.phase))
    query = select(*grouped, *sums_of_jobs).where(col(Job.run_id).in_(ids)).group_by(*grouped)
    sums: dict[int, list[tuple[str, int, int, float | None]]] = {run_id: [] for run_id in ids}
    for run_id, phase, count, steps, speed in session.exec(query):
        sums[run_id].append((phase, count, int(steps or 0), speed))
    workers = live_workers(session)
    return {run.id: _standing(run, sums[run.id], workers) for run in runs if run.id is not None}


def _standing(run: Run, sums: list[tuple[str, int, int, float | None]], workers: list[Worker]) -> Standing:
    measured = [speed for _, _, _, speed in sums if speed]
    return Standing(
        config=config_of(run),
        status=run.status,
        phase=run.phase,
        spent={phase: steps for phase, _, steps, _ in sums},
        jobs={phase: count for phase, count, _, _ in sums},
        speed=max(measured) if measured else speed_of(workers, run.suite),
        slots=sum(run.suite in worker.suites for worker in workers),
    )


def speed_of(workers: Sequence[Worker], suite: str) -> float | None:
    """Mean training speed that live workers measured on the suite, in steps per second."""
    speeds = [worker.speeds[suite] for worker in workers if worker.speeds.get(suite)]
    return sum(speeds) / len(speeds) if speeds else None


def preview(session: Session, config: RunConfig) -> Standing:
    """A run that does not exist yet."""
    workers = live_workers(session)
    suite = config.suite.name
    slots = sum(suite in worker.suites for worker in workers)
    return Standing(config, "queued", "generalist", speed=speed_of(workers, suite), slots=slots)
