"""Rows locked until the end of a transaction: always the run first, then its jobs, so that writers cannot deadlock.

PostgreSQL locks rows (FOR UPDATE); on SQLite a writer holds the whole database anyway.
"""

from sqlalchemy import text
from sqlmodel import Session, select

from gsl.backend.db.models import Job, Run

_CLAIMS = 0x67736D  # any number, the same in all API processes


def lock_claims(session: Session) -> None:
    """Wait until no other transaction chooses a job: each must see what the one before it has claimed. It comes before
    every row. On SQLite there is only one writer."""
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIMS})


def lock_run(session: Session, run_id: int) -> Run | None:
    """The run in its current state, locked; None if it does not exist."""
    statement = select(Run).where(Run.id == run_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def lock_job(session: Session, job_id: int) -> tuple[Run, Job] | None:
    """The job and its run in their current state, both locked; None if the job does not exist."""
    run_id = session.exec(select(Job.run_id).where(Job.id == job_id)).first()
    run = None if run_id is None else lock_run(session, run_id)
    statement = select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    job = session.exec(statement).first()
    return None if run is None or job is None else (run, job)
