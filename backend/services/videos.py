"""Videos: what can be watched of a run, asking for it, and stopping or repeating the job that makes it.

A video is no part of what a run's phases plan: it is made of runs that have ended too, and what becomes of it changes
nothing about its run.
"""

from functools import partial

from sqlmodel import Session

from gsl.backend.db.engine import after_commit
from gsl.backend.db.models import Artifact, Job, Run
from gsl.backend.db.video_models import Video
from gsl.backend.domain.waiting import able, refusal, workers_of
from gsl.backend.errors import ConflictError, InvalidError
from gsl.backend.services.app_services import Services
from gsl.backend.services.forks import POLICIES
from gsl.backend.store import quotas, videos
from gsl.backend.store.configs import check_readable, config_of
from gsl.backend.store.jobs import planning, views
from gsl.backend.store.jobs.status import record_event
from gsl.backend.store.run_progress import live_workers
from gsl.config.run import RunConfig
from gsl.phases import jobs, keys
from gsl.protocol.api.videos import CheckpointChoice, VideoAsk, VideoChoices
from gsl.protocol.dispatch import Need
from gsl.protocol.jobs import ENDED, VideoWork

_TITLES = {"generalist": "Generalist", "specialist": "Specialist", "finetune": "Fine-tuned"}


def choices(session: Session, run: Run) -> VideoChoices:
    """What can be watched, and why nothing can, if so."""
    check_readable(run)
    suite = config_of(run).suite
    rows = videos.policies(session, run, POLICIES)
    last = {(job.id, file.kind): file.id for file, job in rows}
    several = max((job.cycle for _, job in rows), default=1) > 1
    return VideoChoices(
        refusal=why_not(session, run),
        checkpoints=tuple(_choice(file, job, file.id == last[job.id, file.kind], several) for file, job in rows),
        training_variations=len(suite.training_variations()),
        held_out_variations=len(suite.held_out_variations()),
    )


def _choice(file: Artifact, job: Job, newest: bool, several: bool) -> CheckpointChoice:
    number = f" {job.index}" if job.index else ""
    cycle = f", cycle {job.cycle}" if several else ""
    best = ", best" if file.kind == "best" else ""
    return CheckpointChoice(
        **file.model_dump(include={"id", "job_key", "kind", "epoch", "sha256"}),
        job_kind=job.kind,
        index=job.index,
        cycle=job.cycle,
        title=f"{_TITLES.get(job.kind, job.kind)}{number}{cycle}, epoch {file.epoch}{best}",
        main=newest and file.kind == "checkpoint",
    )


def why_not(session: Session, run: Run) -> str | None:
    """Why no video of the run can be made now; None if one can. Without any live worker, videos wait for the first."""
    suite = config_of(run).suite
    if not suite.renders:
        return f"Environments of {suite.title} show no pictures, so there are no videos of this run."
    if run.record_sha256:
        return "The run was imported, so its checkpoints are not here."
    live, need = workers_of(live_workers(session)), Need(run.needs, run.worker_label, video=True)
    if not live or able(need, live):
        return None
    reasons = {worker.no_videos[run.suite] for worker in live if run.suite in worker.no_videos}
    return refusal(need, live) + "".join(f"; {reason}" for reason in sorted(reasons))


def ask(services: Services, session: Session, run: Run, asked: VideoAsk, who: str) -> Video:
    """The video of what is asked for: the one that there is, or a new one, which is queued. Called with the run
    locked. Raises `InvalidError` naming what cannot be watched, and `ConflictError` if no video of the run can be."""
    check_readable(run)
    config = config_of(run)
    if (reason := why_not(session, run)) is not None:
        raise ConflictError(reason)
    checkpoint = _checkpoint(session, run, asked.checkpoint_id)
    _check_variation(config, run, asked.variation)
    found = videos.same(session, run, checkpoint, asked)
    if found is None:
        quotas.check_storage(session, run)
        return _queued(services, session, run, config, checkpoint, asked, who)
    if views.get(session, found.job_id).status in ("failed", "cancelled"):
        found.checkpoint_id = checkpoint.id
        retry(services, session, run, found, who)
    return found


def _checkpoint(session: Session, run: Run, checkpoint_id: int) -> Artifact:
    found = session.get(Artifact, checkpoint_id)
    if found is None or found.run_id != run.id:
        why = "was removed, or never was one" if found is None else "belongs to another run"
        message = f"run {run.id} has no file {checkpoint_id}: it {why}. GET /runs/{run.id}/video-choices lists them"
        raise InvalidError.field("checkpoint_id", message)
    if found.kind not in POLICIES:
        kinds = " or ".join(POLICIES)
        raise InvalidError.field("checkpoint_id", f"file {checkpoint_id} is of kind {found.kind}; choose {kinds}")
    return found


def _check_variation(config: RunConfig, run: Run, variation: int) -> None:
    training, held_out = config.suite.training_variations(), config.suite.held_out_variations()
    if variation not in training and variation not in held_out:
        parts = [f"{name} {part[0]} to {part[-1]}" for name, part in _named(training, held_out) if part]
        message = f"{variation} is not a variation of run {run.id}; there are {' and '.join(parts)}"
        raise InvalidError.field("variation", message)


def _named(training: tuple[int, ...], held_out: tuple[int, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return ("training variations", training), ("held-out variations", held_out)


def _queued(
    services: Services, session: Session, run: Run, config: RunConfig, checkpoint: Artifact, asked: VideoAsk, who: str
) -> Video:
    shown = VideoWork(checkpoint=asked.checkpoint_id, **asked.model_dump(include={"deterministic", "episodes"}))
    key = keys.video(
        checkpoint.sha256, asked.variation, asked.seed, deterministic=asked.deterministic, episodes=asked.episodes
    )
    of = session.get_one(Job, checkpoint.job_id)
    spec = jobs.video(config, key, of.phase, of.cycle, of.index, shown, asked.variation, asked.seed)  # type: ignore[arg-type]  # the column holds a Phase
    job = planning.insert_job(session, run, spec)
    if job is None or job.id is None:
        raise ConflictError(f"Run {run.id} has a job {key} already.")
    video = Video(
        run_id=run.id or 0,
        job_id=job.id,
        checkpoint_job=of.key,
        checkpoint_epoch=checkpoint.epoch,
        checkpoint_sha256=checkpoint.sha256,
        asked_by=who,
        **asked.model_dump(),
    )
    session.add(video)
    session.flush()
    record_event(session, who, "asked for a video", key, run_id=run.id, job_id=job.id)
    _dispatch(services, session, video)
    return video


def _dispatch(services: Services, session: Session, video: Video) -> None:
    services.publish(session, "job", video.run_id)
    after_commit(session, partial(services.dispatch, [video.job_id]))


def cancel(services: Services, session: Session, video: Video, who: str) -> None:
    """Called with the run locked. Raises `ConflictError` if the video is made, or cannot be made any more."""
    job = views.get(session, video.job_id)
    if job.status in ENDED:
        raise ConflictError(f"Video {video.id} has ended ({job.status}), so it is too late to cancel it.")
    job.desired_state = "cancel"
    if job.status != "running":
        planning.set_job(job, "cancelled")
    record_event(session, who, "cancelled", job.key, run_id=job.run_id, job_id=job.id)
    services.publish(session, "job", video.run_id)


def retry(services: Services, session: Session, run: Run, video: Video, who: str) -> None:
    """Called with the run locked. Raises `ConflictError` unless it failed or was cancelled, and its checkpoint is
    still there."""
    job = views.get(session, video.job_id)
    if job.status not in ("failed", "cancelled"):
        raise ConflictError(
            f"Video {video.id} is {job.status}: only one that failed or was cancelled can be tried again."
        )
    file = None if video.checkpoint_id is None else session.get(Artifact, video.checkpoint_id)
    if file is None or file.sha256 != video.checkpoint_sha256:
        raise ConflictError(f"The checkpoint of video {video.id} was removed, so it cannot be made any more.")
    planning.set_job(job, "queued")
    job.desired_state, job.losses, job.ended_at, job.error, job.message = "run", 0, None, None, ""
    job.spec = {**job.spec, "video": {**job.spec["video"], "checkpoint": video.checkpoint_id}}
    record_event(session, who, "tried again", job.key, run_id=run.id, job_id=job.id)
    _dispatch(services, session, video)
