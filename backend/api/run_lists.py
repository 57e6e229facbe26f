"""The list of runs: its fields, how a query goes on, and changes of many runs at once."""

from typing import Annotated

from fastapi import Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, ServicesDep, problems, router
from gsl.backend.domain.query_completion import MOST, completions, place
from gsl.backend.domain.run_fields import every, find
from gsl.backend.services.run_changes import change_each
from gsl.backend.store import run_columns
from gsl.protocol.api.run_lists import (
    RunField,
    RunQueryCompletions,
    RunsChange,
    RunsChanged,
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
