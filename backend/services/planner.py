"""The only place that creates jobs: asks `gsl.phases` what comes next and stores it.

The run's row is locked during planning (on SQLite, the whole database), so that two jobs that end at the same moment
are handled one after the other; in addition, (run, key) is unique. The caller commits; new jobs are dispatched
afterwards, by `Services.advance` or, failing that, by the reaper.
"""

from dataclasses import dataclass

from sqlmodel import Session

from gsl.backend.db.models import Job, Run
from gsl.backend.services import policies, script_judgement
from gsl.backend.store import gates, tracked, webhooks
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.jobs import planning
from gsl.backend.store.jobs.locks import lock_run
from gsl.backend.store.jobs.status import record_event, set_status
from gsl.config.run import RunConfig
from gsl.phases import Plan, hold, plan
from gsl.protocol.jobs import ENDED, RunStatus

WHO = "orchestrator"


@dataclass(frozen=True)
class Advanced:
    """What planning changed: jobs to dispatch, and whether a gate was opened."""

    to_dispatch: tuple[int, ...] = ()
    gate_opened: bool = False
    parent: int | None = None  # a run whose plan depends on this one, which has ended


def advance(session: Session, run_id: int) -> Advanced:
    """Plan the run until nothing new follows. May be called at any time, and repeatedly.

    A run that is read-only waits; `reaper.catch_up` plans it once its configuration can be read again.
    """
    run = lock_run(session, run_id)
    if run is None or run.status in ENDED:
        return Advanced()
    if read_only(run):
        session.flush()
        _keep(session, run, hold(planning.load_jobs(session, run), _present(run)))
        return Advanced()
    config = config_of(run)
    to_dispatch: list[int] = []
    gate_opened = False
    while True:
        session.flush()
        step = plan(config, planning.load_state(session, run))
        to_dispatch += _carry_out(session, run, config, step)
        gate_opened = gate_opened or step.gate is not None
        if not (step.jobs or step.gate):
            parent = tracked.parent_of(session, run) if step.status in ENDED and config.learner.is_tracked else None
            return Advanced(tuple(to_dispatch), gate_opened, parent)


def _carry_out(session: Session, run: Run, config: RunConfig, step: Plan) -> list[int]:
    """Store one plan; returns the ids of the jobs to dispatch."""
    queued = _keep(session, run, step)
    for spec in step.jobs:
        job = planning.insert_job(session, run, spec)
        if job is not None and config.learner.is_tracked and spec.kind == "evaluation":
            script_judgement.measure(session, run, job, config)
        elif job is not None:
            queued.append(job)
            record_event(
                session, WHO, "queued", f"{job.key}, at most {job.budget_steps} steps", run_id=run.id, job_id=job.id
            )
    if step.gate is not None:
        gate = planning.insert_gate(session, run, config, step.gate)
        record_event(session, WHO, "gate opened", step.gate.why, run_id=run.id)
        policies.apply(session, run, gate, config)
        if gate.decided_by is not None:
            record_event(session, gate.decided_by, "gate approved", gate.reason or "as proposed", run_id=run.id)
        else:
            gates.set_deadline(gate, config.gate)
            webhooks.tell_of_gate(session, run, gate, config.gate.at_deadline, step.gate.why)
    if step.status in ENDED:
        planning.stop_running(session, run)
    return [job.id for job in queued if job.id is not None and not config.learner.is_tracked]


def _keep(session: Session, run: Run, step: Plan) -> list[Job]:
    """Store what a plan says about the run and the jobs it has; returns the jobs that it queues again."""
    _update_run(session, run, step)
    planning.set_jobs(session, run, step.hold, "paused")
    planning.set_jobs(session, run, step.withdraw, "cancelled")
    return planning.set_jobs(session, run, step.requeue, "queued")


def _present(run: Run) -> Plan:
    """The run as it is."""
    status: RunStatus = run.status  # type: ignore[assignment]  # the column holds a RunStatus
    return Plan(status, run.message, warnings=tuple(run.warnings), cycle=run.cycle)


def _update_run(session: Session, run: Run, step: Plan) -> None:
    for warning in step.warnings:
        if warning not in run.warnings:
            record_event(session, WHO, "warning", warning, run_id=run.id)
    if list(step.warnings) != run.warnings:
        run.warnings = list(step.warnings)
    changed = step.status != run.status
    if changed:
        record_event(session, WHO, step.status, step.message, run_id=run.id)
    run.cycle = step.cycle
    if (step.status, step.message) != (run.status, run.message):
        set_status(run, step.status, step.message)
    if changed and step.status in ENDED:
        webhooks.tell(session, "run.failed" if step.status == "failed" else "run.ended", run, step.message)
