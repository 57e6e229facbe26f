"""Rows of videos, with the state of the jobs that make them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from gsl.backend.db.models import Artifact, Job, Run
from gsl.backend.db.video_models import Video
from gsl.backend.errors import NotFoundError
from gsl.backend.store.configs import config_of
from gsl.backend.store.run_progress import activities
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import Page
from gsl.protocol.api.videos import VideoAsk, VideoPublic
from gsl.protocol.jobs import ENDED

FILE, TRACE = "video", "trace"
_OWN = set(VideoPublic.model_fields) - {"name", "held_out", "status", "activity", "error", "file_id", "trace_id"}


def policies(session: Session, run: Run, kinds: Collection[str]) -> Sequence[tuple[Artifact, Job]]:
    """The run's stored files of these kinds with the jobs that left them, in the order of planning."""
    query = select(Artifact, Job).join(Job, col(Job.id) == col(Artifact.job_id))
    mine = query.where(Artifact.run_id == run.id, col(Artifact.kind).in_(kinds))
    return session.exec(mine.order_by(col(Job.id), col(Artifact.epoch), col(Artifact.id))).all()


def same(session: Session, run: Run, checkpoint: Artifact, asked: VideoAsk) -> Video | None:
    """The video of the same, whoever asked for it."""
    query = select(Video).where(Video.run_id == run.id, Video.checkpoint_sha256 == checkpoint.sha256)
    parts = (getattr(Video, name) == value for name, value in asked.model_dump(exclude={"checkpoint_id"}).items())
    return session.exec(query.where(*parts)).first()


def get(session: Session, run_id: int, video_id: int) -> Video:
    """Raises `NotFoundError`, also for a video of another run."""
    found = session.get(Video, video_id)
    if found is None or found.run_id != run_id:
        raise NotFoundError(f"Run {run_id} has no video {video_id}.")
    return found


def listed(
    session: Session, run: Run, variation: int | None, checkpoint: str | None, limit: int, offset: int
) -> Page[VideoPublic]:
    """Newest first."""
    mine: list[Any] = [Video.run_id == run.id]
    if variation is not None:
        mine.append(Video.variation == variation)
    if checkpoint is not None:
        mine.append(Video.checkpoint_sha256 == checkpoint)
    total = session.exec(select(func.count()).select_from(Video).where(*mine)).one()
    rows = session.exec(select(Video).where(*mine).order_by(col(Video.id).desc()).limit(limit).offset(offset)).all()
    return Page(items=public(session, run, rows), total=total, limit=limit, offset=offset)


def public(session: Session, run: Run, rows: Sequence[Video]) -> list[VideoPublic]:
    """As the API shows them; the number of queries does not depend on how many they are."""
    job_ids = [row.job_id for row in rows]
    jobs = {job.id: job for job in session.exec(select(Job).where(col(Job.id).in_(job_ids)))}
    doing, suite = activities(session, job_ids), config_of(run).suite
    files: dict[tuple[int, str], int | None] = {
        (file.job_id, file.kind): file.id
        for file in session.exec(select(Artifact).where(col(Artifact.job_id).in_(job_ids)))
    }
    return [_public(row, jobs[row.job_id], doing.get(row.job_id, ""), files, suite) for row in rows]


def _public(
    row: Video, job: Job, doing: str, files: dict[tuple[int, str], int | None], suite: SuiteSettings
) -> VideoPublic:
    made = job.status == "succeeded"
    return VideoPublic(
        **row.model_dump(include=_OWN),
        name=suite.variation_name(row.variation),
        held_out=bool(job.spec["held_out"]),
        status=job.status,
        activity=doing,
        error=job.error if job.status in ("failed", "queued", "lost") else None,
        file_id=files.get((row.job_id, FILE)) if made else None,
        trace_id=files.get((row.job_id, TRACE)) if made else None,
    )


def keep_episodes(session: Session, job: Job, episodes: list[dict[str, Any]]) -> None:
    """Keep what a video's trainer reported of its episodes."""
    row = session.exec(select(Video).where(Video.job_id == job.id)).first()
    if row is not None:
        row.watched = episodes


def needed_checkpoints(session: Session) -> list[int]:
    """Ids of the artifacts of which videos are still to be made."""
    waiting = select(Video.checkpoint_id).join(Job, col(Job.id) == col(Video.job_id))
    return [found for found in session.exec(waiting.where(col(Job.status).not_in(ENDED))) if found is not None]
