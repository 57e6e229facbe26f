"""Stored files, and how much is stored."""

from fastapi import Response
from fastapi.responses import StreamingResponse

from gsl.backend.api.deps import ArtifactId, Reading, RunId, ServicesDep, problems, router
from gsl.backend.store import artifacts, monitoring, retention, runs
from gsl.protocol.api import ArtifactPublic, StoragePublic

routes = router("artifacts")


@routes.get("/runs/{run_id}/artifacts", summary="List a run's files", responses=problems(404))
def list_artifacts(run_id: RunId, session: Reading) -> list[ArtifactPublic]:
    runs.get(session, run_id)
    return artifacts.of_run(session, run_id)


@routes.get(
    "/artifacts/{artifact_id}/content",
    summary="Get a file's content",
    response_class=Response,
    responses=problems(404) | {200: {"content": {"application/octet-stream": {}}, "description": "The raw content."}},
)
def get_artifact_content(artifact_id: ArtifactId, session: Reading, services: ServicesDep) -> Response:
    """Sent as a download, except for SVG pictures, which are displayed but may not run scripts."""
    row = artifacts.get(session, artifact_id)
    content = services.files.read(row.path)
    headers = {
        "Content-Length": str(row.size),
        "ETag": f'"{row.sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    picture = row.kind == "picture" and row.name.endswith(".svg")
    place = "inline" if picture else "attachment"
    headers["Content-Disposition"] = f'{place}; filename="{row.name}"'
    kind = "image/svg+xml" if picture else "application/octet-stream"
    return StreamingResponse(content, media_type=kind, headers=headers)


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
