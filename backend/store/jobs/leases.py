"""Holding a job: claims, heartbeats and the check that rejects stale attempts. Called with run and job locked."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import Evaluation
from gsl.backend.db.models import Artifact, Job, Plateau, Run, Worker
from gsl.backend.errors import ConflictError, InvalidError, NotFoundError
from gsl.backend.store import turns
from gsl.backend.store.configs import check_readable
from gsl.backend.store.jobs.locks import lock_job
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.jobs import ENDED, ORIGIN, VIDEO, CheckpointSource, DesiredState, JobSpec, TeacherSource
from gsl.protocol.lease import ArtifactRef, ClaimedJob, FinishRequest, TeacherRef

_FILES = {
    "generalist": "checkpoint",
    "specialist": "checkpoint",
    "finetune": "checkpoint",
    "demonstrations": "demonstrations",
    "video": "video",
}
"""The kind of file that each kind of job leaves; an evaluation leaves its report."""


@dataclass(frozen=True)
class Terms:
    """How long a claim lasts without a heartbeat, and how often one is expected, in seconds."""

    lease_seconds: float
    heartbeat_seconds: float


def locked_job(session: Session, job_id: int) -> tuple[Run, Job]:
    """Job and run, locked; raises `NotFoundError`."""
    found = lock_job(session, job_id)
    if found is None:
        raise NotFoundError.of("job", job_id)
    return found


def held_job(session: Session, job_id: int, attempt: int) -> tuple[Run, Job]:
    """Job and run, locked, if this attempt holds the job; raises `NotFoundError` and `ConflictError`."""
    run, job = locked_job(session, job_id)
    check_held(job, attempt)
    return run, job


def readable_job(session: Session, job_id: int, attempt: int) -> Job:
    """The job, unlocked, if this attempt holds it; raises `NotFoundError` and `ConflictError`."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError.of("job", job_id)
    check_held(job, attempt)
    return job


def check_held(job: Job, attempt: int) -> None:
    """Raises `ConflictError` if there is a newer attempt, or if the job is not running."""
    if job.attempt != attempt:
        raise ConflictError(
            f"Attempt {attempt} of job {job.id} is not the current one, which is {job.attempt}. Stop working on it."
        )
    if job.status != "running":
        raise ConflictError(f"Job {job.id} is {job.status}, not running, so it accepts no reports. Stop working on it.")


def is_finished_as(job: Job, request: FinishRequest) -> bool:
    """Whether the same request was already handled: the worker repeats it if the answer was lost."""
    return job.attempt == request.attempt and job.status == request.status and job.lease_until is None


def claim(session: Session, run: Run, job: Job, worker: str, terms: Terms) -> ClaimedJob:
    """Make `worker` the job's holder: the only way from queued to running. Raises `ConflictError`."""
    _check_claimable(session, run, job, worker)
    job.attempt += 1
    job.status, job.worker, job.error, job.message = "running", worker, None, ""
    extend(job, terms)
    job.started_at = job.started_at or now()
    turns.served(session, run)
    record_event(session, worker, "claimed", f"{job.key}, attempt {job.attempt}", run_id=run.id, job_id=job.id)
    spec = JobSpec.model_validate(job.spec)
    assert job.id is not None
    return ClaimedJob(
        job_id=job.id,
        run_id=job.run_id,
        attempt=job.attempt,
        lease_seconds=terms.lease_seconds,
        heartbeat_seconds=terms.heartbeat_seconds,
        spec=spec,
        resume=_newest(session, job.run_id, job.key, "checkpoint"),
        source=_policy(session, job.run_id, spec),
        demonstrations=_demonstrations(session, job.run_id, spec.demonstrations),
        teachers=_teachers(session, job.run_id, spec.teachers),
    )


def _check_claimable(session: Session, run: Run, job: Job, worker: str) -> None:
    if job.status not in ("queued", "lost"):
        holder = f" by {job.worker}" if job.status == "running" else ""
        raise ConflictError(f"Job {job.id} is {job.status}{holder}, so it cannot be claimed.")
    if job.queued_at > now():
        raise ConflictError(f"Job {job.id} was lost and is tried again at {job.queued_at:%H:%M:%S} UTC, not before.")
    if (run.status in ENDED and job.kind != VIDEO) or desired_state_of(run, job) != "run":
        desired = desired_state_of(run, job)
        raise ConflictError(
            f"Job {job.id} cannot be claimed: run {run.id} is {run.status} and its desired state is {desired}."
        )
    check_readable(run)
    known = session.get(Worker, worker)
    if known is not None and run.needs not in (able := known.videos if job.kind == VIDEO else known.suites):
        what, of = ("make videos of", "such suites") if job.kind == VIDEO else ("run", "its suites")
        raise ConflictError(f"Worker {worker} cannot {what} {run.needs}; {of}: {', '.join(able) or 'none'}.")
    if known is not None and known.draining:
        raise ConflictError(f"Worker {worker} was told to take no new job.")
    if known is not None and run.worker_label not in ("", *known.labels):
        labels = ", ".join(known.labels) or "none"
        raise ConflictError(f"Worker {worker} does not have the label {run.worker_label}; its labels: {labels}.")


def extend(job: Job, terms: Terms) -> None:
    """Its worker gave a sign of life."""
    job.lease_until = now() + timedelta(seconds=terms.lease_seconds)


def desired_state_of(run: Run, job: Job) -> DesiredState:
    """The stronger of what is desired for the run and for the job; a video is asked for by itself."""
    desired = (job.desired_state,) if job.kind == VIDEO else (run.desired_state, job.desired_state)
    return "cancel" if "cancel" in desired else "pause" if "pause" in desired else "run"


def check_result(session: Session, job: Job, request: FinishRequest) -> None:
    """Raises `InvalidError` if the request says that the job succeeded, and something is missing."""
    if request.status != "succeeded":
        return
    if request.result is None:
        raise InvalidError.field("result", f"is required of a job that succeeded; {job.key} has none")
    if not _has_output(session, job):
        wanted = f"a stored {_FILES[job.kind]}" if job.kind in _FILES else "its evaluation, reported"
        raise InvalidError.field("status", f"{job.key} needs {wanted} before it can have succeeded; send that first")
    best, epochs = request.result.best_epoch, job.epochs
    if best is not None and best > epochs:
        raise InvalidError.field("result.best_epoch", f"must be at most {epochs}, the newest epoch that was reported")


def _has_output(session: Session, job: Job) -> bool:
    if job.kind in _FILES:
        files = select(Artifact.id).where(Artifact.job_id == job.id, Artifact.kind == _FILES[job.kind])
        return session.exec(files.limit(1)).first() is not None
    return session.exec(select(Evaluation.epoch).where(Evaluation.job_id == job.id).limit(1)).first() is not None


def finish(session: Session, run: Run, job: Job, request: FinishRequest) -> None:
    """The holder gives the job back, either ended or to be resumed later; the planner then decides what comes next."""
    job.status, job.lease_until = request.status, None
    job.error = _text(request.error)
    if request.status == "lost":
        job.message = _text(request.trouble)
    if request.result is not None:
        job.outcome, job.best_epoch = request.result.outcome, request.result.best_epoch
        job.message = _text(request.result.message) or job.message
    if job.status in ENDED:
        job.ended_at = now()
    why = _text(request.error) or _text(request.trouble)
    detail = f"{job.key}: {why[-500:]}" if why else job.key
    record_event(session, job.worker or "worker", request.status, detail, run_id=run.id, job_id=job.id)


def _text(text: str | None) -> str:
    return text or ""


def _policy(session: Session, run_id: int, spec: JobSpec) -> ArtifactRef | None:
    """The checkpoint that the job starts from; None also if that was removed meanwhile."""
    if spec.video is not None:
        found = session.get(Artifact, spec.video.checkpoint)
        return None if found is None or found.run_id != run_id else reference(found)
    return None if spec.source is None else _source(session, run_id, spec.source)


def _source(session: Session, run_id: int, source: CheckpointSource) -> ArtifactRef | None:
    """The requested checkpoint, or the job's last one if there is no best one, or none at the plateau's epoch."""
    if source.job == ORIGIN:
        return _origin(session, run_id)
    if source.which == "best":
        return _newest(session, run_id, source.job, "best") or _newest(session, run_id, source.job, "checkpoint")
    if source.which == "plateau":
        query = select(Plateau.start_epoch).join(Job, col(Job.id) == col(Plateau.job_id))
        ordered = query.where(Job.run_id == run_id, Job.key == source.job).order_by(col(Plateau.id).desc())
        epoch = session.exec(ordered).first()
        found = None if epoch is None else _newest(session, run_id, source.job, "checkpoint", epoch)
        return found or _newest(session, run_id, source.job, "checkpoint")
    return _newest(session, run_id, source.job, "checkpoint")


def _origin(session: Session, run_id: int) -> ArtifactRef | None:
    origin = session.get_one(Run, run_id).origin
    found = None if origin is None else session.get(Artifact, origin["checkpoint_id"])
    return None if found is None else reference(found)


def _newest(session: Session, run_id: int, key: str, kind: str, epoch: int | None = None) -> ArtifactRef | None:
    query = select(Artifact).where(Artifact.run_id == run_id, Artifact.job_key == key, Artifact.kind == kind)
    if epoch is not None:
        query = query.where(Artifact.epoch == epoch)
    found = session.exec(query.order_by(col(Artifact.epoch).desc(), col(Artifact.id).desc())).first()
    return None if found is None else reference(found)


def _demonstrations(session: Session, run_id: int, keys: tuple[str, ...]) -> tuple[ArtifactRef, ...]:
    found = (_newest(session, run_id, key, "demonstrations") for key in keys)
    return tuple(artifact for artifact in found if artifact is not None)


def _teachers(session: Session, run_id: int, sources: tuple[TeacherSource, ...]) -> tuple[TeacherRef, ...]:
    found = ((_source(session, run_id, each.checkpoint), each.variations) for each in sources)
    return tuple(TeacherRef(checkpoint=policy, variations=owned) for policy, owned in found if policy is not None)


def reference(artifact: Artifact) -> ArtifactRef:
    fields = artifact.model_dump(include=set(ArtifactRef.model_fields))
    return ArtifactRef.model_validate(fields)
