"""Stored files."""

from fastapi import Response
from fastapi.responses import StreamingResponse

from gsl.backend.api.deps import ArtifactId, Reading, RunId, ServicesDep, problems, router
from gsl.backend.store import artifacts, runs
from gsl.protocol.api import ArtifactPublic

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
