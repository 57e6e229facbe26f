"""What jobs are made with: stored as trainers report it, shown for a job or for a whole run."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Job, Run
from gsl.backend.db.provenance_models import CONTENT, SHARED, JobProvenance
from gsl.protocol.api import ProvenanceOf, ProvenancePublic
from gsl.protocol.reports import ProvenanceReport


def store(session: Session, job: Job, report: ProvenanceReport) -> None:
    """From its epoch on; a job that resumes with the same as before needs no further row."""
    content = report.model_dump(mode="json", include=set(CONTENT))
    earlier = select(JobProvenance).where(JobProvenance.job_id == job.id, col(JobProvenance.epoch) <= report.epoch)
    latest = session.exec(earlier.order_by(col(JobProvenance.epoch).desc()).limit(1)).first()
    if latest is None or latest.model_dump(include=set(CONTENT)) != content:
        session.merge(JobProvenance(job_id=job.id or 0, epoch=report.epoch, at=now(), **content))


def reports_of(session: Session, job: Job) -> list[ProvenanceReport]:
    """As the trainer sent them, oldest first."""
    return [
        ProvenanceReport.model_validate(row.model_dump(include={"epoch", *CONTENT})) for row in _rows(session, [job])
    ]


def of_job(session: Session, job: Job) -> list[ProvenancePublic]:
    """Oldest first; empty for a job that has not started, or was made before this was recorded."""
    return _together(session, [job])


def of_run(session: Session, run: Run) -> list[ProvenancePublic]:
    """Jobs that are made with the same are together, in the order in which they were planned."""
    return of_runs(session, [run.id])


def of_runs(session: Session, run_ids: Sequence[int | None]) -> list[ProvenancePublic]:
    return _together(session, session.exec(select(Job).where(col(Job.run_id).in_(run_ids)).order_by(col(Job.id))).all())


def _rows(session: Session, jobs: Iterable[Job]) -> list[JobProvenance]:
    wanted = select(JobProvenance).where(col(JobProvenance.job_id).in_([job.id for job in jobs]))
    return [*session.exec(wanted.order_by(col(JobProvenance.job_id), col(JobProvenance.epoch)))]


def _together(session: Session, jobs: Sequence[Job]) -> list[ProvenancePublic]:
    keys = {job.id: job.key for job in jobs}
    groups: list[tuple[JobProvenance, list[ProvenanceOf]]] = []
    for row in _rows(session, jobs):
        of = ProvenanceOf(job_key=keys[row.job_id], **row.model_dump(include={*ProvenanceOf.model_fields}))
        same = next((known for first, known in groups if _same(first, row)), None)
        if same is None:
            groups.append((row, [of]))
        else:
            same.append(of)
    return [ProvenancePublic.model_validate({**row.model_dump(include=set(SHARED)), "jobs": of}) for row, of in groups]


def _same(one: JobProvenance, other: JobProvenance) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in SHARED)
