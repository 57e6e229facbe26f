"""Stored files, and how much is stored."""

from typing import Annotated, Any

from fastapi import Header, Response
from fastapi.responses import StreamingResponse

from gsl.backend.api.deps import ArtifactId, Reading, RunId, ServicesDep, problems, router
from gsl.backend.http.byte_range import byte_range
from gsl.backend.store import artifacts, monitoring, retention, runs
from gsl.protocol.api import ArtifactPublic, Problem, StoragePublic

routes = router("artifacts")


@routes.get("/runs/{run_id}/artifacts", summary="List a run's files", responses=problems(404))
def list_artifacts(run_id: RunId, session: Reading) -> list[ArtifactPublic]:
    runs.get(session, run_id)
    return artifacts.of_run(session, run_id)


_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The raw content."},
    206: {"content": {"application/octet-stream": {}}, "description": "The part of it that `Range` asks for."},
    416: {"model": Problem, "description": "`Range` asks for bytes after its end."},
}
_SHOWN = {"picture": "image/svg+xml", "video": "video/mp4"}
"""Kinds that a browser displays."""


@routes.get(
    "/artifacts/{artifact_id}/content",
    summary="Get a file's content",
    response_class=Response,
    responses=problems(404) | _CONTENT,
)
def get_artifact_content(
    artifact_id: ArtifactId,
    session: Reading,
    services: ServicesDep,
    range: Annotated[str | None, Header(description="Bytes, such as bytes=0-1023.")] = None,  # its name
    if_range: Annotated[str | None, Header(description="Of the part, if this is still the ETag.")] = None,
) -> Response:
    """Sent as a download, except for SVG pictures, which are displayed but may not run scripts, and videos."""
    row = artifacts.get(session, artifact_id)
    etag = f'"{row.sha256}"'
    part = byte_range(range, row.size) if if_range in (None, etag) else None
    first, length = part or (0, row.size)
    shown = (row.kind == "picture" and row.name.endswith(".svg")) or row.kind == "video"
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(length),
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{row.name}"',
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{row.size}"
    content = services.files.read(row.path, first, length)
    kind = _SHOWN[row.kind] if shown else "application/octet-stream"
    return StreamingResponse(content, 200 if part is None else 206, media_type=kind, headers=headers)


@routes.get("/storage", summary="Get what is stored", responses=problems())
def get_storage(session: Reading, services: ServicesDep) -> StoragePublic:
    """Files by kind, the database, and which checkpoints GSL_KEEP_CHECKPOINTS_DAYS lets the server remove.
    `python -m gsl.backend.retention` lists those by name."""
    days = services.settings.checkpoint_days
    rows = [] if days is None else retention.removable(session, days)
    return StoragePublic(
        database=monitoring.database_bytes(session),
        kinds=retention.stored(session),
        keep_checkpoints_days=days,
        removable_files=len(rows),
        removable_size=retention.total(rows),
    )
