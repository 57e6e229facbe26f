"""Runs that are tracked: a script launches its run or finds it again, holds its training, and launches specialists.

The script is to its run what a worker is to a job: it holds the training by an attempt, with a lease that its signs of
life extend. What it trained is reported by `gsl.backend.services.tracked_epochs`.
"""

from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.db.tracked_models import TrackedRun
from gsl.backend.domain.configs import merge
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.setting_differences import flat, text
from gsl.backend.errors import ConflictError, InvalidError, from_validation
from gsl.backend.services import policies
from gsl.backend.services.app_services import Services
from gsl.backend.services.placement import project_for
from gsl.backend.services.tracked_configs import config_of_part, new_config
from gsl.backend.store import runs, tracked
from gsl.backend.store.configs import config_of
from gsl.backend.store.ingest import ingest
from gsl.backend.store.jobs import leases
from gsl.backend.store.jobs.locks import lock_claims
from gsl.backend.store.jobs.status import record_event
from gsl.backend.store.tracked_views import Grip
from gsl.config.run import RunConfig
from gsl.protocol.api import FieldError
from gsl.protocol.api.tracking import TRACKING, ScriptStart, TrackedLeave, TrackRequest
from gsl.protocol.jobs import ENDED
from gsl.protocol.lease import FinishRequest
from gsl.protocol.reports import JobResult, StartedReport

DEVICE = "its own script"


def start(services: Services, session: Session, who: Identity, body: TrackRequest) -> tuple[Run, Grip]:
    """The run that this person's script tracks under the key, launched unless one is unfinished, and what the script
    has of it. Raises `InvalidError` naming each setting that is wrong, or not as in the unfinished run."""
    _check_protocol(body)
    lock_claims(session)
    project_id = project_for(session, who, body.project_id)
    run = tracked.unfinished(session, who.name, body.key, project_id)
    if run is None:
        run = _launch(session, who, body, project_id)
    else:
        _check_same(run, body.config)
    return _hold(services, session, run.id or 0, body)


def start_specialist(
    services: Services, session: Session, who: Identity, parent_id: int, number: int, body: ScriptStart
) -> tuple[Run, Grip]:
    """The same of the run of a specialist that was approved. Its parent is not locked: what was decided stays so."""
    _check_protocol(body)
    lock_claims(session)
    parent = runs.get(session, parent_id)
    tracked.row(session, parent)
    run = tracked.child(session, parent_id, number) or _launch_specialist(session, who, parent, number)
    if run.deleted_at is not None:
        raise ConflictError(f"Run {run.id}, of specialist {number}, is in the bin: restore it, or delete it for good.")
    return _hold(services, session, run.id or 0, body)


def leave(services: Services, session: Session, run_id: int, body: TrackedLeave) -> Run:
    """The script ends, for good if it is done. Saying it twice changes nothing.

    Raises `ConflictError` if another attempt holds the training, or nobody does although it has not ended.
    """
    run = runs.locked(session, run_id)
    row, job = tracked.row(session, run), tracked.training(session, run)
    row.ended = row.ended or body.done
    if job.status == "running":
        leases.check_held(job, body.attempt or 0)
        result = JobResult(outcome="completed", epochs=job.epochs, steps=job.steps) if body.done else None
        ended = FinishRequest(attempt=job.attempt, status="succeeded" if body.done else "lost", result=result)
        leases.finish(session, run, job, ended)
    elif body.done and job.status not in ENDED:
        raise ConflictError(
            f"Run {run_id} is not held by this script: {run.message}. Start it again, or cancel the run."
        )
    session.flush()
    services.advance(session, run_id, "run")
    return run


def _check_protocol(body: ScriptStart) -> None:
    if body.protocol != TRACKING:
        older = "take the newer gsl_track.py" if body.protocol < TRACKING else "the server is older than gsl_track.py"
        raise InvalidError.field("protocol", f"must be {TRACKING}, which this server speaks: {older}")


def _launch(session: Session, who: Identity, body: TrackRequest, project_id: int | None) -> Run:
    config = new_config(body.config)
    policies.check_known(session, [("config", config)])
    run = _create(session, config, body.key, TrackedRun(key=body.key), project_id, body.tags, "")
    runs.launched(session, run, who.name, f"tracked by {body.script}")
    return run


def _launch_specialist(session: Session, who: Identity, parent: Run, number: int) -> Run:
    """Its steps are part of the parent's total, for which quotas were asked already."""
    decision = tracked.approved(session, parent)
    if decision is None or parent.status != "specialists":
        raise ConflictError(f"Run {parent.id} has no specialists to launch: {parent.message}.")
    if not 1 <= number <= len(decision.partition):
        raise InvalidError.field("number", f"must be from 1 to {len(decision.partition)}, as approved at the gate")
    config = config_of_part(config_of(parent), decision.partition[number - 1], decision.specialist_steps)
    row = TrackedRun(key=tracked.row(session, parent).key, parent_id=parent.id, number=number)
    name = f"{parent.name[:170]}, specialist {number}"
    run = _create(session, config, name, row, parent.project_id, list(parent.tags), "specialist")
    run.owner = who.name
    record_event(session, who.name, "launched", f"specialist {number} of run {parent.id}", run_id=run.id)
    return run


def _create(
    session: Session, config: RunConfig, name: str, row: TrackedRun, project_id: int | None, tags: list[str], arm: str
) -> Run:
    fields: dict[str, Any] = {
        "name": name, "experiment_id": None, "project_id": project_id, "notes": "", "tags": tags, "arm_name": arm,
    }  # fmt: skip
    run = runs.create(session, config, fields)
    session.flush()
    row.run_id = run.id or 0
    session.add(row)
    session.flush()
    return run


def _check_same(run: Run, changes: dict[str, Any]) -> None:
    """Raises `InvalidError` for each setting that an unfinished run does not have."""
    before = config_of(run).model_dump(mode="json")
    try:
        asked = RunConfig.model_validate(merge(before, changes)).model_dump(mode="json")
    except ValidationError as error:
        raise from_validation(error, "config") from error
    has, wants = flat(before), flat(asked)
    wrong = [path for path in {**has, **wants} if has.get(path) != wants.get(path)]
    errors = [
        FieldError(
            field=f"config.{path}",
            message=f"is {text(has.get(path))} in run {run.id}, which has not ended: keep that, or give the script "
            "another name",
        )
        for path in wrong
    ]
    if errors:
        raise InvalidError("; ".join(f"{error.field}: {error.message}" for error in errors[:5])[:2000], errors[:100])


def _hold(services: Services, session: Session, run_id: int, script: ScriptStart) -> tuple[Run, Grip]:
    """Take the training, if there is any to be done now; it goes on after the script's epoch."""
    services.advance(session, run_id, "run")
    session.flush()
    run = runs.locked(session, run_id)
    job = tracked.training(session, run)
    if run.status in ENDED or run.desired_state != "run" or job.status in ENDED:
        return run, Grip()
    run, job = leases.locked_job(session, job.id or 0)
    if held := _held(run, job):
        return run, Grip(held=held)
    epoch = job.epochs if script.epoch is None else script.epoch
    if epoch > job.epochs:
        raise InvalidError.field("epoch", f"must be at most {job.epochs}, the newest epoch that was reported")
    leases.claim(session, run, job, script.script, services.terms)
    obsolete = ingest.ingest_reports(session, run, job, [StartedReport(epoch=epoch, device=DEVICE, num_envs=1)])
    services.remove_files(session, *obsolete)
    session.flush()
    services.advance(session, run_id)
    return run, Grip(job.attempt)


def _held(run: Run, job: Job) -> str:
    """Why a script cannot have the training yet; empty if it can."""
    if job.status == "running":
        return (
            f"run {run.id} is held by {job.worker}; if that script is gone, this one has it once its lease ends, and "
            "to train beside it, give this one another name"
        )
    return (
        f"run {run.id} was lost repeatedly, and goes on at {job.queued_at:%H:%M:%S} UTC"
        if job.queued_at > now()
        else ""
    )
