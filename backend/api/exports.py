"""Runs and experiments as tables for analysis elsewhere."""

from collections.abc import Collection, Generator, Sequence
from typing import Annotated, Any, Literal

from anyio import CancelScope
from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from gsl.backend.api.deps import ExperimentId, Reading, RunId, ServicesDep, problems, router
from gsl.backend.domain.table_files import Format
from gsl.backend.services.app_services import Services
from gsl.backend.services.table_export import TableExport
from gsl.backend.store import experiments, runs

routes = router("exports")

Files = Annotated[
    list[Literal["checkpoint", "best", "demonstrations", "picture"]],
    Query(description="Kinds of stored files that come along; repeat it for several."),
]
As = Annotated[Format, Query(description="Of the tables. `json` has one object on each line.")]
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "A zip with a file for each table."}
}


class ClosedStream(StreamingResponse):
    """Closes what it streams as soon as the client is gone, rather than whenever memory is tidied."""

    def __init__(self, chunks: Generator[bytes], name: str) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        super().__init__(chunks, media_type="application/zip", headers=headers)
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._chunks.close)


@routes.get(
    "/runs/{run_id}/export", summary="Export a run as tables", response_class=Response, responses=problems(404) | _ZIP
)
def export_run(
    run_id: RunId,
    session: Reading,
    services: ServicesDep,
    format: As = "parquet",
    files: Files = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Configuration, jobs, epochs, metrics, every return, evaluations, plateaus, gates, ledger, events, provenance and
    the list of files. A run that has not ended is exported as far as it is. `about.json` comes last."""
    runs.get(session, run_id)
    return _zip(services, [run_id], f"run-{run_id}", format, files)


@routes.get(
    "/experiments/{experiment_id}/export",
    summary="Export an experiment as tables",
    response_class=Response,
    responses=problems(404) | _ZIP,
)
def export_experiment(
    experiment_id: ExperimentId,
    session: Reading,
    services: ServicesDep,
    format: As = "parquet",
    files: Files = [],  # noqa: B006 - as above
) -> Response:
    """The tables of a run's export, with the rows of all runs of the experiment."""
    experiments.get(session, experiment_id)
    run_ids = experiments.run_ids(session, experiment_id)
    return _zip(services, run_ids, f"experiment-{experiment_id}", format, files)


def _zip(services: Services, run_ids: Sequence[int], name: str, format: Format, files: Collection[str]) -> Response:
    export = TableExport(services, run_ids, format, files)
    return ClosedStream(export.chunks(), f"{name}-{format}.zip")
