"""Rows of stored files; the files themselves are in the artifact store."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.models import Artifact, Job
from gsl.backend.errors import NotFoundError
from gsl.protocol.api import ArtifactPublic


@dataclass(frozen=True)
class Announced:
    """What a worker announces about a file before it sends it."""

    kind: str
    name: str
    epoch: int
    sha256: str


def path_of(job: Job, announced: Announced) -> str:
    """The file's path. It includes part of the digest, so that a file and its replacement never share a path."""
    return f"{job_folder(job.run_id, job.id)}/{announced.kind}/{announced.sha256[:16]}-{announced.name}"


def run_folder(run_id: int | None) -> str:
    return f"runs/{run_id}"


def job_folder(run_id: int | None, job_id: int | None) -> str:
    return f"{run_folder(run_id)}/jobs/{job_id}"


def known(session: Session, job: Job, announced: Announced) -> Artifact | None:
    """The job's artifact of this kind and name, whatever its content."""
    query = select(Artifact).where(
        Artifact.job_id == job.id, Artifact.kind == announced.kind, Artifact.name == announced.name
    )
    return session.exec(query).first()


def stored_bytes(session: Session, job: Job, *, but: Artifact | None) -> int:
    """Size of the job's stored files, without the one that is about to be replaced."""
    total = session.exec(select(func.sum(Artifact.size)).where(Artifact.job_id == job.id)).first() or 0
    return int(total) - (but.size if but is not None else 0)


def record(session: Session, job: Job, announced: Announced, size: int) -> tuple[Artifact, str | None]:
    """Store the file's row; returns it and the path of the file it replaces, if that is a different one."""
    before = known(session, job, announced)
    path = path_of(job, announced)
    if before is None:
        assert job.id is not None
        row = Artifact(
            **announced.__dict__, run_id=job.run_id, job_id=job.id, job_key=job.key, size=size, path=path
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row, None
    replaced = None if before.path == path else before.path
    before.epoch, before.sha256, before.size, before.path = announced.epoch, announced.sha256, size, path
    before.created_at = now()
    return before, replaced


def get(session: Session, artifact_id: int) -> Artifact:
    """Raises `NotFoundError`."""
    found = session.get(Artifact, artifact_id)
    if found is None:
        raise NotFoundError.of("artifact", artifact_id)
    return found


def rows_of_run(session: Session, run_id: int, kinds: Collection[str]) -> list[Artifact]:
    """The run's artifacts of these kinds."""
    mine = (Artifact.run_id == run_id, col(Artifact.kind).in_(kinds))
    return [*session.exec(select(Artifact).where(*mine).order_by(col(Artifact.id)))]


def of_run(session: Session, run_id: int) -> list[ArtifactPublic]:
    rows = session.exec(select(Artifact).where(Artifact.run_id == run_id).order_by(col(Artifact.id)))
    return [public(row) for row in rows]


def public(row: Artifact) -> ArtifactPublic:
    return ArtifactPublic.model_validate(row)
