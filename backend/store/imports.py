"""Importing a record as a run.

Its reports are ingested like a worker's, so that all rollups exist. Two imports of the same record at the same time are
kept apart by SQLite's single writer or, on PostgreSQL, by the unique digest.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Job, Run
from gsl.backend.errors import InvalidError
from gsl.backend.store import continuations, runs
from gsl.backend.store.ingest.ingest import ingest_reports
from gsl.backend.store.jobs import planning
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.api import FieldError
from gsl.record import GateRecord, JobRecord, RunRecord


def take(
    session: Session, record: RunRecord, experiment_id: int | None, project_id: int | None, who: str
) -> tuple[Run, bool]:
    """The run of this record, and whether it is new: importing a record again returns the same run.

    Raises `InvalidError` naming the part of the record that no worker could have reported.
    """
    digest = record.digest
    try:
        with session.begin_nested():
            run = _known(session, digest)
            if run is not None:
                return run, False
            return _insert(session, record, experiment_id, project_id, digest, who), True
    except IntegrityError:  # the same record was imported at the same time
        known = _known(session, digest)
        if known is None:
            raise
        return known, False


def _known(session: Session, digest: str) -> Run | None:
    return session.exec(select(Run).where(Run.record_sha256 == digest)).first()


def _insert(
    session: Session, record: RunRecord, experiment_id: int | None, project_id: int | None, digest: str, who: str
) -> Run:
    fields = {
        "name": record.name, "experiment_id": experiment_id, "arm_name": record.arm_name, "notes": record.notes,
        "tags": list(record.tags), "record_sha256": digest, "owner": who, "project_id": project_id,
        "origin": record.origin.model_dump(mode="json") if record.origin else None,
    }  # fmt: skip
    run = runs.create(session, record.config, fields)
    run.created_at = record.created_at
    session.flush()
    for more in record.continuations:
        continuations.add(session, run, more)
    for place, job in enumerate(record.jobs):
        _insert_job(session, run, record, place, job)
    for gate in record.gates:
        _insert_gate(session, run, record, gate)
    run.status, run.phase, run.cycle, run.message = record.status, record.phase, record.cycle, record.message
    run.warnings, run.ended_at, run.updated_at = list(record.warnings), record.ended_at, now()
    record_event(session, who, "imported", f"record {digest[:12]}", run_id=run.id)
    return run


def _insert_job(session: Session, run: Run, record: RunRecord, place: int, told: JobRecord) -> None:
    job = planning.insert_job(session, run, record.spec(told))
    if job is None:
        raise InvalidError.field(f"jobs.{place}.work.key", f"{told.work.key} is already the key of another job")
    job.start_steps, job.attempt = told.start_steps, 1
    job.started_at = told.started_at or record.created_at
    session.flush()
    try:
        ingest_reports(session, run, job, told.reports)
    except InvalidError as error:
        raise _located(error, f"jobs.{place}") from error
    _end_job(job, record, told)


def _end_job(job: Job, record: RunRecord, told: JobRecord) -> None:
    job.status, job.error = told.status, told.error or None
    job.created_at = job.queued_at = job.started_at or record.created_at
    job.ended_at = told.ended_at or record.ended_at
    if told.result is not None:
        job.outcome, job.best_epoch = told.result.outcome, told.result.best_epoch
        job.message = told.result.message or job.message


def _located(error: InvalidError, where: str) -> InvalidError:
    fields = [FieldError(field=f"{where}.{field.field}", message=field.message) for field in error.errors]
    return InvalidError(f"{where}.{error.detail}", fields)


def _insert_gate(session: Session, run: Run, record: RunRecord, told: GateRecord) -> None:
    gate: Gate = planning.insert_gate(session, run, record.config, told.opening)
    decision = told.decision
    gate.status, gate.action, gate.decided_by, gate.reason = told.status, told.action, told.decided_by, told.reason
    gate.decision = None if decision is None else planning.proposal_row(decision)
    gate.created_at = told.created_at or record.ended_at
    gate.decided_at = None if told.status == "open" else told.decided_at or gate.created_at
