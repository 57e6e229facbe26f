"""Jobs and their logs, and trying failed ones again; the routes for workers are in `worker_jobs`."""

from fastapi import Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Count, JobId, Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.artifact_files import JobLog
from gsl.backend.services import retries
from gsl.backend.store import artifacts, runs
from gsl.backend.store.jobs import leases, views
from gsl.protocol.api import JobPublic

routes = router("jobs")


@routes.get("/runs/{run_id}/jobs", summary="List a run's jobs in the order of planning", responses=problems(404))
def list_run_jobs(run_id: RunId, session: Reading) -> list[JobPublic]:
    runs.get(session, run_id)
    return views.of_run(session, run_id)


@routes.get("/jobs/{job_id}", summary="Get a job", responses=problems(404))
def get_job(job_id: JobId, session: Reading) -> JobPublic:
    return views.one(session, job_id)


@routes.post("/jobs/{job_id}/retry", summary="Try a failed job again", responses=problems(404, 409))
def retry_job(job_id: JobId, who: Who, session: Writing, services: ServicesDep) -> JobPublic:
    """It is queued again and resumes from its last checkpoint. 409 unless it failed and its run waits for it."""
    run, job = leases.locked_job(session, job_id)
    retries.retry_job(session, run, job, who.name)
    services.advance(session, job.run_id)
    session.flush()
    session.refresh(job)
    return views.public(job)


@routes.get(
    "/jobs/{job_id}/log",
    summary="Get a job's log",
    response_class=PlainTextResponse,
    responses=problems(404)
    | {200: {"description": "The text from `offset` on; `X-Log-Size` is the offset for the next request."}},
)
def get_job_log(job_id: JobId, session: Reading, services: ServicesDep, offset: Count = 0) -> Response:
    """What the trainer wrote. Offsets are bytes from the start of the first attempt; later attempts' logs follow."""
    job = views.get(session, job_id)
    log = JobLog(services.files, artifacts.job_folder(job.run_id, job.id))
    headers = {"X-Log-Size": str(log.size()), "Cache-Control": "no-store"}
    return StreamingResponse(log.read(offset), media_type="text/plain; charset=utf-8", headers=headers)
