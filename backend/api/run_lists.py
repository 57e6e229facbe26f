"""The list of runs: its fields, how a query goes on, changes of many runs at once, and views kept by name."""

from typing import Annotated

from fastapi import Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RowId, ServicesDep, Writing, problems, router
from gsl.backend.domain.query_completion import MOST, completions, place
from gsl.backend.domain.run_fields import every, find
from gsl.backend.services.placement import project_for
from gsl.backend.services.run_changes import change_each
from gsl.backend.store import audit, run_columns, run_views, search
from gsl.protocol.api.run_lists import (
    RunField,
    RunQueryCompletions,
    RunsChange,
    RunsChanged,
    RunViewPublic,
    RunViewStore,
)

routes = router("runs")


@routes.get("/runs/fields", summary="List what queries, columns and the order of runs can name", responses=problems())
def list_run_fields(who: Who, session: Reading) -> list[RunField]:
    """Facts of a run, then metrics, then all settings."""
    reported = run_columns.reported_metrics(session, who)
    named = [find(f"metrics.{name}", frozenset(reported).__contains__) for name in reported]
    fields = {field.name: field for field in (*every(), *(field for field in named if field is not None))}
    return [RunField.model_validate(field) for field in fields.values()]


@routes.get("/runs/completions", summary="Complete a query", responses=problems())
def complete_run_query(
    who: Who,
    session: Reading,
    q: Annotated[str, Query(max_length=2000, description="The query, as far as it is written.")] = "",
    at: Annotated[int | None, Query(ge=0, le=2000, description="Where the cursor is; by default at the end.")] = None,
) -> RunQueryCompletions:
    """Fields, operators, words and values that runs have. Nothing may stand behind what is already wrong."""
    here = place(q, len(q) if at is None else min(at, len(q)))
    reported = run_columns.reported_metrics(session, who)
    items = completions(here, reported, lambda field, part: run_columns.known_values(session, who, field, part, MOST))
    return RunQueryCompletions(start=here.start, items=tuple(items))


@routes.post("/runs/changes", summary="Tag, archive, cancel or delete many runs", responses=problems(400))
def change_runs(body: RunsChange, who: Who, services: ServicesDep) -> RunsChanged:
    """Each run on its own: the answer says of each whether it was done, and otherwise why not."""
    return change_each(services, body, who)


@routes.get("/run-views", summary="List views of the list of runs", responses=problems())
def list_run_views(who: Who, session: Reading) -> list[RunViewPublic]:
    """One's own, then those that others share. `gone` says what a view names that there is no more."""
    return run_views.listed(session, who)


@routes.put("/run-views", summary="Keep a view of the list of runs", responses=problems(400, 409))
def store_run_view(body: RunViewStore, who: Who, session: Writing) -> RunViewPublic:
    """Under a name of one's own, in place of what was there. 422 names what cannot be read."""
    search.check_view(session, body.content)
    if body.project_id is not None:
        project_for(session, who, body.project_id)
    run_views.check_room(session, who)
    audit.about(session, f"view {body.name}", "shared" if body.shared else "")
    return run_views.store(session, who, body)


@routes.delete("/run-views/{view_id}", status_code=204, summary="Delete a view", responses=problems(404))
def delete_run_view(view_id: RowId, who: Who, session: Writing) -> None:
    """403 if it is someone else's, except for admins."""
    view = run_views.remove(session, who, view_id)
    audit.about(session, f"view {view_id}", view.name)
