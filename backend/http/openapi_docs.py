"""The OpenAPI document: words for people, and errors as the problem details that the API really sends."""

from typing import Any

from fastapi import FastAPI

from backend.http.problems import MEDIA_TYPE

DESCRIPTION = """
Everything the page does goes through these routes; so can scripts, notebooks and other machines.

Launch: `POST /api/v1/runs` with `{"preset": "forkmaze"}`. Watch: `GET /api/v1/runs/{id}` and `GET /api/v1/stream`.
Decide: `POST /api/v1/runs/{id}/gate/approve`. Compare: `POST /api/v1/experiments`, then arms x seeds at once by
`POST /api/v1/experiments/{id}/runs`, or the plain generalist at equal steps by `POST /api/v1/runs/{id}/baseline`; and
`GET /api/v1/experiments/{id}/comparison`. Take along: `GET /api/v1/runs/{id}/record` is a run that has ended as one
document, and `POST /api/v1/runs/import` brings it into any server.

Every error is a [problem](https://www.rfc-editor.org/rfc/rfc9457) (`application/problem+json`) whose `errors` name the
wrong fields by dotted path and say what would be right. Workers' routes need the worker token as `Bearer`.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "what can be run", "description": "Suites, presets, health."},
    {"name": "runs", "description": "One GSL process from generalist to fine-tuned generalist, one seed."},
    {"name": "gate", "description": "The decision between plateau and specialists, with its frozen evidence."},
    {"name": "jobs", "description": "Pieces of work, each on one worker slot."},
    {"name": "measurements", "description": "Returns by variation, plateaus, steps spent, events."},
    {"name": "figures", "description": "Plotly figures, as the page shows them."},
    {"name": "artifacts", "description": "Checkpoints, demonstrations and pictures."},
    {"name": "experiments", "description": "Runs that are compared: arms x seeds, with intervals and figures."},
    {"name": "workers", "description": "Live workers and the queue."},
    {"name": "live", "description": "Server-sent events that say what changed."},
    {"name": "for workers", "description": "Claim, keep, report and give back jobs. Needs the worker token."},
]
_HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}


def install(app: FastAPI) -> None:
    """Make `app.openapi()` tell the truth about errors."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        fresh = app.openapi_schema is None
        document = plain()
        if fresh:
            _describe_problems(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _describe_problems(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _HTTP_METHODS:
                for status, response in operation["responses"].items():
                    if status >= "400":
                        response["content"] = {MEDIA_TYPE: _PROBLEM}
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
