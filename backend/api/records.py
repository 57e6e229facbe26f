"""Whole runs as one document, to view and compare runs that another server or a benchmark made."""

from typing import Annotated

from fastapi import Query, Response

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.errors import ConflictError
from gsl.backend.services.placement import project_for
from gsl.backend.store import audit, exports, imports, runs
from gsl.protocol.api import RunPublic
from gsl.record import RunRecord

routes = router("runs")


@routes.post(
    "/runs/import",
    status_code=201,
    summary="Import a run",
    responses={**problems(400, 409, 413), 200: {"model": RunPublic}},
)
def import_run(
    body: RunRecord,
    who: Who,
    response: Response,
    session: Writing,
    services: ServicesDep,
    experiment_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Experiment that the run joins.")] = None,
    project_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Project that it belongs to.")] = None,
) -> RunPublic:
    """Imports a record from `GET /runs/{id}/record` or from a benchmark. The imported run has ended and cannot be
    resumed, because it has no checkpoints. Importing the same record again returns the same run, with status 200."""
    project_id = project_for(session, who, project_id, experiment_id)
    run, new = imports.take(session, body, experiment_id, project_id, who.name)
    if not new and who.role_in(run.project_id) is None:
        raise ConflictError("This record was imported before, into a project that you are not in.")
    if run.deleted_at is not None:
        raise ConflictError(f"This record was imported before as run {run.id}, which is in the bin: restore it.")
    if new:
        services.publish(session, "run", run.id)
    else:
        response.status_code = 200
    session.flush()
    audit.about(session, f"run {run.id}", "" if new else "was imported before")
    session.refresh(run)
    return runs.public(session, run)


@routes.get("/runs/{run_id}/record", summary="Export a run", response_model=RunRecord, responses=problems(404, 409))
def get_record(run_id: RunId, session: Reading) -> Response:
    """The run as one document: epochs, evaluations, gates, ledger and configuration, without files. The configuration
    of a run that is read-only is as it was stored. 409 if the run has not ended."""
    record = exports.record_of(session, runs.get(session, run_id))
    return Response(record.model_dump_json(warnings=False), media_type="application/json")
