"""Jobs, gates and workers, from which progress, time left and previews are derived."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func
from sqlmodel import Session, col, or_, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Epoch, Gate, Job, Run, Worker
from gsl.backend.domain.line import Line
from gsl.backend.domain.pace import Pace, recent
from gsl.backend.domain.run_progress import RunProgress, job_activity
from gsl.backend.domain.run_steps import GateProgress, JobProgress
from gsl.backend.domain.waiting import FOR_SCRIPT, waits_for
from gsl.backend.store import quotas, turns
from gsl.backend.store.configs import readable_config
from gsl.backend.store.waiting_line import WaitingLine
from gsl.config.run import RunConfig
from gsl.protocol.dispatch import SCRIPT, Need, meets, needed
from gsl.protocol.jobs import ENDED, VIDEO

LIVE_S = 45  # a worker that has been silent for longer is not live
_MOST_AHEAD = 1000  # queued jobs that are looked at
_RECENT = 40  # jobs of a suite from which its pace is measured
_RECENT_RUNS = 10  # whose jobs they are: a run may have hundreds
_COLUMNS: tuple[Any, ...] = (
    Job.run_id, Job.id, Job.key, Job.kind, Job.status, Job.cycle, Job.attempt, Job.budget_steps, Job.steps, Job.epochs,
    Job.steps_per_second, Job.worker, Job.queued_at, Job.started_at, Job.ended_at,
)  # fmt: skip


def live_workers(session: Session, *, drained: bool = False) -> list[Worker]:
    """Those that take jobs; with `drained`, also those that only finish theirs."""
    live = select(Worker).where(col(Worker.last_seen) > now() - timedelta(seconds=LIVE_S))
    return list(session.exec(live if drained else live.where(col(Worker.draining).is_(False))))


def of(session: Session, runs: Sequence[Run]) -> dict[int, RunProgress]:
    """The progress of each run, by its id; runs that are read-only are left out.

    The number of queries depends on the number of suites, not on that of runs.
    """
    configs = {run.id: config for run in runs if run.id is not None and (config := readable_config(run)) is not None}
    readable = {run.id: run for run in runs if run.id in configs}
    jobs = _by_run(
        _jobs(session, select(*_COLUMNS).where(col(Job.run_id).in_(readable), Job.kind != VIDEO).order_by(col(Job.id)))
    )
    gates = _gates(session, list(readable))
    workers = live_workers(session)
    queued = _queued(session, [job for own in jobs.values() for job in own])
    held = _held(session, {run_id: run.needs for run_id, run in readable.items()}, queued)
    going = {run.suite for run in readable.values() if run.status not in ENDED}
    paces = {suite: Pace((), _recent(session, suite), speed_of(workers, suite)) for suite in going}
    progress: dict[int, RunProgress] = {}
    for run_id, run in readable.items():
        own, need = jobs.get(run_id, ()), Need(run.needs, run.worker_label)
        able = [worker for worker in workers if meets(worker, need)]
        progress[run_id] = RunProgress(
            config=configs[run_id],
            status=run.status,
            phase=run.phase,
            jobs=own,
            gates=tuple(gates.get(run_id, ())),
            pace=_pace(own, paces.get(run.suite) or Pace(fallback=speed_of(workers, run.suite))),
            now=now(),
            line=queued.of((0, run_id), able, sum(job.status == "running" for job in own), held.get(run_id, "")),
            waits=(held.get(run_id) or waits_for(need, workers)) if _is_waiting(own) else "",
        )
    return progress


def _pace(own: Sequence[JobProgress], suite: Pace) -> Pace:
    """Runs without a job that tells of their own pace share that of their suite, whose medians are computed once."""
    measured = recent(own)
    return replace(suite, own=measured, _known={}) if measured else suite


def preview(session: Session, config: RunConfig, label: str) -> RunProgress:
    """The progress of a run that has not been launched yet, and asks for workers with the label."""
    workers = live_workers(session)
    suite = config.suite.name
    line = Line(slots=sum(meets(worker, Need(needed(config), label)) for worker in workers))
    pace = Pace((), _recent(session, suite), speed_of(workers, suite))
    return RunProgress(config, "queued", "generalist", pace=pace, now=now(), line=line)


def if_decided(session: Session, run: Run, decision: GateProgress) -> RunProgress:
    """As if the run's open gate were decided so, and its jobs joined the line that there is now."""
    progress = of(session, [run])[run.id or 0]
    need, workers = Need(run.needs, run.worker_label), live_workers(session)
    able = [worker for worker in workers if meets(worker, need)]
    place = (decision.cycle, decision.segment)
    gates = tuple(decision if (gate.cycle, gate.segment) == place else gate for gate in progress.gates)
    line = _line_of_all(session).of((0, run.id or 0), able)
    return replace(progress, gates=gates, line=line, waits="" if able else waits_for(need, workers))


def speed_of(workers: Sequence[Worker], suite: str) -> float | None:
    """Mean training speed measured by live workers on the suite, in steps per second; None if none measured any."""
    speeds = [worker.speeds[suite] for worker in workers if worker.speeds.get(suite)]
    return sum(speeds) / len(speeds) if speeds else None


def activities(session: Session, job_ids: Sequence[int]) -> dict[int, str]:
    """What jobs that do not train yet are doing, by their ids."""
    going = select(*_COLUMNS).where(col(Job.id).in_(job_ids), col(Job.status).in_(("queued", "running")))
    if not (jobs := _jobs(session, going)):
        return {}
    workers, queued = live_workers(session), _queued(session, [job for _, job in jobs])
    run_ids = {run_id for run_id, _ in jobs}
    needs = _needs(session, run_ids)
    held = _held(session, {run_id: need.suite for run_id, need in needs.items()}, queued)
    pace = {suite: Pace((), _recent(session, suite)) for suite in {need.suite for need in needs.values()}}
    told: dict[int, str] = {}
    for run_id, job in jobs:
        need = needs[run_id]._replace(video=job.kind == VIDEO)
        able = [worker for worker in workers if meets(worker, need)]
        line = queued.of((job.id, 0), able, held=held.get(run_id, ""))
        told[job.id] = job_activity(job, line, pace[needs[run_id].suite], now())
    return {job_id: text for job_id, text in told.items() if text}


def _needs(session: Session, run_ids: Collection[int]) -> dict[int, Need]:
    rows = session.exec(select(Run.id, Run.needs, Run.worker_label).where(col(Run.id).in_(run_ids)))
    return {run_id: Need(needs, label) for run_id, needs, label in rows if run_id is not None}


def _held(session: Session, needs: Mapping[int, str], queued: WaitingLine) -> dict[int, str]:
    """What the queued jobs of runs wait for, if it is not their turn: a quota, or a script that keeps control."""
    found = quotas.held(session, needs) if queued else {}
    return found | {run_id: FOR_SCRIPT for run_id, need in needs.items() if need == SCRIPT}


def _is_waiting(jobs: Sequence[JobProgress]) -> bool:
    return any(job.status in ("queued", "lost") for job in jobs) and not any(job.status == "running" for job in jobs)


def _recent(session: Session, suite: str) -> tuple[JobProgress, ...]:
    """The newest jobs that succeeded of those runs of the suite that began last."""
    done: tuple[Any, ...] = (Job.status == "succeeded", Job.attempt == 1, Job.kind != VIDEO)
    query = select(*_COLUMNS).where(col(Job.run_id).in_(_begun_last(suite, done)), *done)
    found = _jobs(session, query.order_by(col(Job.id).desc()).limit(_RECENT))
    return recent(job for _, job in found)


def _begun_last(suite: str, done: Sequence[Any]) -> Any:
    """Runs of the suite that have such jobs: found in the order of an index, so that it does not matter how many more
    there are. Imported ones are left out, in words that keep SQLite from their own index."""
    here = (Run.suite == suite, Run.status != "queued", func.coalesce(Run.record_sha256, "") == "")
    has_any = select(Job.id).where(Job.run_id == Run.id, *done).exists()
    return select(Run.id).where(*here, has_any).order_by(col(Run.id).desc()).limit(_RECENT_RUNS)


def _jobs(session: Session, query: Any) -> list[tuple[int, JobProgress]]:
    """Jobs with their runs' ids, and when their epochs began and ended."""
    rows = session.execute(query).all()
    ends = _ends_of_training(session, [row.id for row in rows])
    return [(row.run_id, _job(row, ends.get(row.id, ()))) for row in rows]


def _ends_of_training(session: Session, job_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The first and the last epoch of each job."""
    columns: tuple[Any, ...] = (Epoch.job_id, Epoch.at, Epoch.seconds, Epoch.job_steps)
    query = select(*columns).join(Job, col(Job.id) == col(Epoch.job_id)).where(col(Epoch.job_id).in_(job_ids))
    query = query.where(or_(Epoch.epoch == 1, Epoch.epoch == Job.epochs)).order_by(col(Epoch.epoch))
    ends: dict[int, list[Row[Any]]] = {}
    for row in session.execute(query):
        ends.setdefault(row.job_id, []).append(row)
    return ends


def _job(row: Row[Any], epochs: Sequence[Row[Any]]) -> JobProgress:
    first, last = (epochs[0], epochs[-1]) if epochs else (None, None)
    return JobProgress(
        **{
            name: row._mapping[name] for name in ("id", "key", "kind", "status", "cycle", "attempt", "epochs", "worker")
        },
        budget=row.budget_steps,
        spent=row.steps,
        speed=row.steps_per_second,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        first_at=first.at - timedelta(seconds=first.seconds or 0.0) if first else None,
        last_at=last.at if last else None,
        trained=last.job_steps if last else 0,
    )


def _by_run(jobs: Iterable[tuple[int, JobProgress]]) -> dict[int, tuple[JobProgress, ...]]:
    found: dict[int, tuple[JobProgress, ...]] = {}
    for run_id, job in jobs:
        found[run_id] = (*found.get(run_id, ()), job)
    return found


def _gates(session: Session, run_ids: Sequence[int]) -> dict[int, list[GateProgress]]:
    """The gates before specialists, with what was decided or else proposed."""
    columns: tuple[Any, ...] = (Gate.run_id, Gate.cycle, Gate.segment, Gate.decision, Gate.proposal, Gate.status)
    query = select(*columns).where(col(Gate.run_id).in_(run_ids), Gate.reason_asked == "specialists")
    found: dict[int, list[GateProgress]] = {}
    for run_id, cycle, segment, decision, proposal, status in session.execute(query.order_by(col(Gate.id))):
        split, approved = decision or proposal, status == "approved"
        gate = GateProgress(cycle, segment, len(split["partition"]), split["specialist_steps"], approved)
        found.setdefault(run_id, []).append(gate)
    return found


def _queued(session: Session, jobs: Iterable[JobProgress]) -> WaitingLine:
    """The line of queued jobs, if any of these is in it."""
    return _line_of_all(session) if any(job.status == "queued" for job in jobs) else WaitingLine(())


def _line_of_all(session: Session) -> WaitingLine:
    return WaitingLine(turns.in_order(session, now(), _MOST_AHEAD))
