"""Whole runs as one document: what another server or a benchmark made, looked at and compared here."""

from typing import Annotated

from fastapi import Query, Response

from backend.api.deps import MAX_ID, Reading, RunId, ServicesDep, Writing, problems, router
from backend.store import exports, imports, runs
from gsl.protocol.api import RunPublic
from gsl.record import RunRecord

routes = router("runs")


@routes.post(
    "/runs/import", status_code=201, summary="Import a run", responses={**problems(400, 413), 200: {"model": RunPublic}}
)
def import_run(
    body: RunRecord,
    response: Response,
    session: Writing,
    services: ServicesDep,
    experiment_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Where it shall stand.")] = None,
) -> RunPublic:
    """A record as `GET /runs/{id}/record` gives it, or a benchmark's file. The run has ended and stays as it is: it has
    no checkpoints to go on from. The same record again is the same run: 200, and nothing changes."""
    run, new = imports.take(session, body, experiment_id)
    if new:
        services.publish(session, "run", run.id)
    else:
        response.status_code = 200
    session.flush()
    session.refresh(run)
    return runs.public(session, run)


@routes.get("/runs/{run_id}/record", summary="A run as one document", responses=problems(404, 409))
def get_record(run_id: RunId, session: Reading) -> RunRecord:
    """Epochs, evaluations, gates, ledger and configuration; 409 while it goes on. Files are not part of it."""
    return exports.record_of(session, runs.get(session, run_id))
