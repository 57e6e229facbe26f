"""The OpenAPI document: its introduction, and errors as the problem details that the API actually returns."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from gsl.backend.domain.identity import Access
from gsl.backend.http.problems import MEDIA_TYPE

DESCRIPTION = """
Everything the page does uses these routes, and so can scripts, notebooks and other machines.

- Launch a run: `POST /api/v1/runs` with `{"preset": "forkmaze"}`.
- Follow it: `GET /api/v1/runs/{id}` and `GET /api/v1/stream`.
- Decide at its gate: `POST /api/v1/runs/{id}/gate/approve`.
- Compare arms: `POST /api/v1/experiments`, then `POST /api/v1/experiments/{id}/runs` for arms x seeds, or
  `POST /api/v1/runs/{id}/baseline` for the plain generalist with equal steps; then
  `GET /api/v1/experiments/{id}/comparison`.
- Move runs between servers: `GET /api/v1/runs/{id}/record` exports a run that has ended as one document, and
  `POST /api/v1/runs/import` imports it.

Errors are [problem details](https://www.rfc-editor.org/rfc/rfc9457) (`application/problem+json`). Their `errors` name
the invalid fields by dotted path and say what would be accepted.

Nearly every route asks who you are: a browser has a session, a script sends a token as `Authorization: Bearer <token>`.
On the machine that runs the server, the token is in the file `owner-token` of the data folder. Workers send the worker
token. Each route says what it needs: `viewer` reads, `member` also launches, decides and changes, `admin` also manages
accounts.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "what can be run", "description": "Suites, presets and the server's health."},
    {"name": "accounts", "description": "Signing in, tokens, people, and the audit of who did what."},
    {"name": "projects", "description": "What a group of people shares, and nobody else sees."},
    {"name": "runs", "description": "One GSL process with one seed, from generalist to fine-tuned generalist."},
    {"name": "bin", "description": "What was deleted, until it is restored or gone for good."},
    {"name": "gate", "description": "The decision between plateau and specialists, with its frozen evidence."},
    {"name": "jobs", "description": "Pieces of work that each occupy one worker slot."},
    {"name": "provenance", "description": "What runs and jobs are made with: packages, code, devices, seeds."},
    {"name": "measurements", "description": "Returns by variation, metrics, plateaus, steps spent, events."},
    {"name": "tracked runs", "description": "Runs whose own script trains and reports, without any worker."},
    {"name": "exports", "description": "Runs and experiments as tables for analysis: Parquet, CSV or JSON."},
    {"name": "figures", "description": "Figures in Plotly's format, as the page shows them."},
    {"name": "artifacts", "description": "Checkpoints, demonstrations and pictures."},
    {"name": "experiments", "description": "Runs that are compared: arms x seeds, with intervals and figures."},
    {"name": "comparisons", "description": "Any runs, arms and experiments beside one another, in groups of choice."},
    {"name": "videos", "description": "Videos of stored policies, made by workers on request."},
    {"name": "notes", "description": "Notes of runs and experiments in Markdown, and their versions."},
    {"name": "sweeps", "description": "Searches over settings: their space, trials, pruning and winners."},
    {"name": "links", "description": "Links that show one run or one experiment without an account."},
    {"name": "workers", "description": "Live workers and the queue."},
    {"name": "monitoring", "description": "Metrics for Prometheus."},
    {"name": "webhooks", "description": "Who is told of approvals that are needed, ended runs and lost workers."},
    {"name": "live", "description": "Server-sent events that announce changes."},
    {
        "name": "for workers",
        "description": "Claim, keep, report and give back jobs. Requires the worker token.",
    },
]
_HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
_OF_BODIES = {
    "400": "The body cannot be parsed.",
    "408": "The body stopped arriving.",
    "413": "The body is too large: more than 1 MiB, or 32 MiB for records and for what workers send.",
}


_REFUSALS = {
    "401": "Nobody is signed in, or the token does not count (any more).",
    "403": "The role is too low, or another site sent the request.",
}


def install(app: FastAPI, access: Mapping[str, Access], cookie: str) -> None:
    """Make `app.openapi()` describe errors as they are, and what each operation in `access` asks for."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        fresh = app.openapi_schema is None
        document = plain()
        if fresh:
            _describe_access(document, access, cookie)
            _describe_problems(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _describe_access(document: dict[str, Any], access: Mapping[str, Access], cookie: str) -> None:
    bearer = {"type": "http", "scheme": "bearer"}
    document["components"]["securitySchemes"] = {
        "token": bearer | {"description": "A token of a person."},
        "worker token": bearer | {"description": "GSL_WORKER_TOKEN, or the token of one machine."},
        "metrics token": bearer | {"description": "GSL_METRICS_TOKEN."},
        "approval link": bearer | {"description": "The secret of a link that decides a gate."},
        "share link": bearer | {"description": "The secret of a link that shows a run or an experiment."},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "A browser that is signed in."},
    }
    for operation in _operations(document):
        needed = access[operation["operationId"]]
        operation["security"] = _security(needed)
        if needed != "anyone":
            operation["description"] = f"{operation.get('description', '')}\n\nNeeds: {needed}.".strip()
            operation["responses"] |= {status: {"description": meaning} for status, meaning in _REFUSALS.items()}


def _security(needed: Access) -> list[dict[str, list[str]]]:
    """The alternatives, each of which is enough."""
    if needed == "anyone":
        return []
    if needed in ("approval link", "share link"):
        return [{needed: []}]
    people = () if needed == "worker" else ("token", "session")
    others = [f"{kind} token" for kind in ("worker", "metrics") if kind in needed]
    return [{name: []} for name in (*people, *others)]


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    paths = document["paths"].values()
    return [operation for path in paths for method, operation in path.items() if method in _HTTP_METHODS]


def _describe_problems(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        if "requestBody" in operation:
            for status, meaning in _OF_BODIES.items():
                operation["responses"].setdefault(status, {"description": meaning})
        for status, response in operation["responses"].items():
            if status >= "400":
                response["content"] = {MEDIA_TYPE: _PROBLEM}
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
