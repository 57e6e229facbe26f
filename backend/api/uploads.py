"""Receiving a file: it is checked against its announced SHA-256, and stored whole or not at all."""

from anyio import to_thread
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from gsl.backend.artifact_files import Upload
from gsl.backend.errors import BadRequestError, TooLargeError
from gsl.backend.services.app_services import Services
from gsl.backend.store import artifacts
from gsl.backend.store.jobs import leases
from gsl.protocol.api import ArtifactPublic, FieldError

_BUFFER = 2**20


async def receive(
    services: Services, request: Request, job_id: int, attempt: int, announced: artifacts.Announced
) -> ArtifactPublic:
    """Stream the body into the store, then record it. A stale attempt is refused before the body is read."""
    path, stored, room = await run_in_threadpool(_expected, services, job_id, attempt, announced)
    if stored is not None:
        return stored
    upload = await run_in_threadpool(services.files.upload, path)
    try:
        await _fill(request, upload, room)
        await run_in_threadpool(upload.finish, announced.sha256)
    except BaseException:
        await run_in_threadpool(upload.discard)
        raise
    return await to_thread.run_sync(
        _record, services, job_id, attempt, announced, upload.size, limiter=services.recording_threads
    )


def _expected(
    services: Services, job_id: int, attempt: int, announced: artifacts.Announced
) -> tuple[str, ArtifactPublic | None, int]:
    """The path of the file, the artifact if this very content is already stored, and the bytes left to the job."""
    with services.database.read() as session:
        job = leases.readable_job(session, job_id, attempt)
        path = artifacts.path_of(job, announced)
        known = artifacts.known(session, job, announced)
        room = services.settings.job_quota - artifacts.stored_bytes(session, job, but=known)
    same = known is not None and (known.sha256, known.epoch) == (announced.sha256, announced.epoch)
    if known is None or not same or services.files.size(path) != known.size:
        return path, None, room
    return path, artifacts.public(known), room


async def _fill(request: Request, upload: Upload, room: int) -> None:
    """Write the body to the upload, up to `room` bytes."""
    buffer = bytearray()
    try:
        async for chunk in request.stream():
            buffer += chunk
            if upload.size + len(buffer) > room:
                raise _beyond_quota(room)
            if len(buffer) >= _BUFFER:
                await run_in_threadpool(upload.write, bytes(buffer))
                buffer.clear()
    except ClientDisconnect as error:
        raise BadRequestError("The connection closed before the file was complete; send it again.") from error
    await run_in_threadpool(upload.write, bytes(buffer))


def _beyond_quota(room: int) -> TooLargeError:
    message = f"may have at most {max(0, room)} bytes: the job's files would exceed GSL_JOB_QUOTA_GB"
    return TooLargeError(f"body: {message}.", [FieldError(field="body", message=message)])


def _record(services: Services, job_id: int, attempt: int, announced: artifacts.Announced, size: int) -> ArtifactPublic:
    """Store the row. If the attempt became stale meanwhile there is none, and the file is deleted with its run."""
    with services.database.write() as session:
        _run, job = leases.held_job(session, job_id, attempt)
        row, replaced = artifacts.record(session, job, announced, size)
        if replaced is not None:
            services.remove_files(session, replaced)
        services.publish(session, "artifact", job.run_id)
        session.flush()
        return artifacts.public(row)
