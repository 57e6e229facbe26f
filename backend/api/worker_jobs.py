"""Routes for workers: claim a job, keep it, report, send files and log, give it back. Stale attempts are refused."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from gsl.backend import telemetry
from gsl.backend.api.deps import Count, JobId, ServicesDep, Writing, WritingMuch, problems, router, stream_router
from gsl.backend.api.uploads import receive
from gsl.backend.artifact_files import JobLog
from gsl.backend.db.engine import after_commit
from gsl.backend.errors import ConflictError
from gsl.backend.services import claims
from gsl.backend.services.app_services import Services
from gsl.backend.store import artifacts, quotas
from gsl.backend.store.ingest import ingest
from gsl.backend.store.jobs import leases, views
from gsl.backend.store.jobs.locks import lock_claims
from gsl.protocol.api import Accepted, ArtifactPublic, JobPublic, LogSize
from gsl.protocol.lease import (
    ClaimedJob,
    ClaimRequest,
    FinishRequest,
    HeartbeatReply,
    HeartbeatRequest,
    MembersRequest,
    NextJobRequest,
    ReportBatch,
)

routes = router("for workers")
streams = stream_router("for workers")  # raw bodies

Attempt = Annotated[int, Query(description="The attempt that holds the job.", ge=1, le=2**31 - 1)]


def _raw(media_type: str) -> dict[str, Any]:
    """The documentation of a raw body."""
    return {
        "requestBody": {"required": True, "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}
    }


@routes.post("/jobs/next", summary="Claim the next job", responses=problems(400))
async def claim_next_job(body: NextJobRequest, request: Request, services: ServicesDep) -> ClaimedJob | None:
    """Moves the job whose turn it is from queued to running: by priority, then fair share, then the run nearest its
    end. Null if no job of the suites is waiting, after `wait` seconds."""
    return await claims.next_job(services, body, request.is_disconnected)


@routes.post("/jobs/{job_id}/claim", summary="Claim a certain job", responses=problems(400, 404, 409))
def claim_job(job_id: JobId, body: ClaimRequest, session: Writing, services: ServicesDep) -> ClaimedJob:
    """Out of turn: for workers of earlier versions, which claim the job that a message names. 409 if another worker was
    faster, if the run is paused or cancelled, or while a job that was lost has to wait."""
    lock_claims(session)
    run, job = leases.locked_job(session, job_id)
    if not quotas.left_to_run(session, run, 1):
        raise ConflictError(f"Job {job_id} has to wait: a quota holds its run.")
    claimed = leases.claim(session, run, job, body.worker, services.terms)
    session.flush()
    services.advance(session, job.run_id)
    return claimed


@routes.post("/jobs/{job_id}/members", summary="Claim jobs to train with one", responses=problems(400, 404, 409))
def claim_members(job_id: JobId, body: MembersRequest, services: ServicesDep) -> list[ClaimedJob]:
    """For the holder of a specialist: queued specialists of the same run and cycle, as many as leave every worker that
    is idle or has some of them the same share. Those that crashed train by themselves until they get further."""
    return claims.claim_members(services, job_id, body)


@routes.post("/jobs/{job_id}/heartbeat", summary="Send a heartbeat", responses=problems(400, 404, 409))
def keep_job(job_id: JobId, body: HeartbeatRequest, session: Writing, services: ServicesDep) -> HeartbeatReply:
    """Extends the lease and returns what the worker should do. 409 if the lease was lost."""
    run, job = leases.held_job(session, job_id, body.attempt)
    leases.extend(job, services.terms)
    return HeartbeatReply(wish=leases.desired_state_of(run, job))


@routes.post("/jobs/{job_id}/reports", summary="Send reports", responses=problems(400, 404, 409, 413))
def report_job(job_id: JobId, body: ReportBatch, session: WritingMuch, services: ServicesDep) -> Accepted:
    """Stores reports in order and extends the lease. Sending a batch twice changes nothing. 422, with nothing stored,
    if one does not fit the job: its epochs follow each other, and steps add up and stay within its budget."""
    run, job = leases.held_job(session, job_id, body.attempt)
    leases.extend(job, services.terms)
    before = run.spent_steps + run.measurement_steps
    discarded = ingest.ingest_reports(session, run, job, body.reports)
    steps = run.spent_steps + run.measurement_steps - before
    after_commit(session, partial(telemetry.taken_in, len(body.reports), steps))
    services.remove_files(session, *discarded)
    services.publish(session, "epoch", job.run_id)
    return Accepted(accepted=len(body.reports))


@streams.post(
    "/jobs/{job_id}/artifacts",
    status_code=201,
    summary="Send a file",
    responses=problems(404, 409, 413, 507),
    openapi_extra=_raw("application/octet-stream"),
)
async def upload_artifact(
    job_id: JobId,
    request: Request,
    services: ServicesDep,
    attempt: Attempt,
    kind: Annotated[Literal["checkpoint", "best", "demonstrations", "picture", "video", "trace"], Query()],
    name: Annotated[
        str, Query(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$", description="File name without a path.")
    ],
    epoch: Annotated[int, Query(ge=0, le=2**31 - 1)],
    sha256: Annotated[str, Query(pattern=r"^[0-9a-fA-F]{64}$", description="SHA-256 of the whole content.")],
) -> ArtifactPublic:
    """The body is the raw content. Sending it twice changes nothing. 422 if the SHA-256 differs, 413 if the files of
    the job would take more than its quota."""
    announced = artifacts.Announced(kind, name, epoch, sha256.lower())
    return await receive(services, request, job_id, attempt, announced)


@streams.post(
    "/jobs/{job_id}/log",
    summary="Append to the log",
    responses=problems(404, 409, 413, 507),
    openapi_extra=_raw("text/plain"),
)
async def append_job_log(
    job_id: JobId, request: Request, services: ServicesDep, attempt: Attempt, offset: Count
) -> LogSize:
    """Writes the raw body at `offset` bytes of this attempt's log; returns the log's size, the next offset."""
    text = await request.body()
    return LogSize(size=await run_in_threadpool(_append_log, services, job_id, attempt, offset, text))


def _append_log(services: Services, job_id: int, attempt: int, offset: int, text: bytes) -> int:
    with services.database.read() as session:
        job = leases.readable_job(session, job_id, attempt)
    log = JobLog(services.files, artifacts.job_folder(job.run_id, job.id))
    return log.append(attempt, offset, text)


@routes.post("/jobs/{job_id}/finish", summary="Give a job back", responses=problems(400, 404, 409))
def finish_job(job_id: JobId, body: FinishRequest, session: Writing, services: ServicesDep) -> JobPublic:
    """The job has ended or will be resumed later; what follows is planned in the same transaction. Sending it twice
    changes nothing. 422 for a success without its result, checkpoint, demonstrations or evaluation."""
    run, job = leases.locked_job(session, job_id)
    if not leases.is_finished_as(job, body):
        leases.check_held(job, body.attempt)
        leases.check_result(session, job, body)
        leases.finish(session, run, job, body)
        session.flush()
        services.advance(session, job.run_id)
    return views.public(job)
