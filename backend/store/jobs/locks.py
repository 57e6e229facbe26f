"""Rows held for the rest of a transaction: always the run's first, then its jobs', so that no two writers deadlock.

PostgreSQL locks the rows (FOR UPDATE); SQLite's writers already hold the whole database.
"""

from sqlmodel import Session, select

from backend.db.models import Job, Run


def lock_run(session: Session, run_id: int) -> Run | None:
    """The run as it is now, locked; None when there is none."""
    statement = select(Run).where(Run.id == run_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def lock_job(session: Session, job_id: int) -> tuple[Run, Job] | None:
    """The job and its run as they are now, both locked; None when there is no such job."""
    run_id = session.exec(select(Job.run_id).where(Job.id == job_id)).first()
    run = None if run_id is None else lock_run(session, run_id)
    statement = select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    job = session.exec(statement).first()
    return None if run is None or job is None else (run, job)
