"""The list of runs, as they are or with those of an experiment as one row."""

from typing import Annotated

from fastapi import Depends, Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, Limit, Offset, OfProject, Reading, problems, router
from gsl.backend.store import grouped_runs, run_query, runs, search
from gsl.config.run import Arm
from gsl.protocol.api import Page, RunSummary
from gsl.protocol.api.run_lists import FieldName, RunsByExperiment
from gsl.protocol.jobs import RunStatus

routes = router("runs")


def _asked(
    session: Reading,
    q: Annotated[
        str | None,
        Query(
            max_length=2000,
            description="A query, as `status = failed and learner.learning_rate > 1e-4`, or text to find in name, "
            "notes or tags, whatever its case and accents. Archived runs are left out unless it says `archived = yes`.",
        ),
    ] = None,
    status: Annotated[list[RunStatus] | None, Query(description="One or more statuses.")] = None,
    tag: Annotated[str | None, Query(max_length=200)] = None,
    suite: Annotated[str | None, Query(max_length=200)] = None,
    experiment_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    arm: Annotated[Arm | None, Query()] = None,
    arm_name: Annotated[str | None, Query(max_length=100, description="Label of the arm in its experiment.")] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Name of the account that launched it.")] = None,
    project_id: OfProject = None,
    sort: Annotated[
        str, Query(max_length=200, description="Field of queries to sort by; a leading minus reverses the order.")
    ] = "-created_at",
    columns: Annotated[
        list[FieldName] | None, Query(max_length=30, description="Fields whose values each run shows in `values`.")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> search.Listing:
    query = run_query.read(session, q)
    filters = search.Filter(query, status or (), tag, suite, experiment_id, arm, arm_name, owner, project_id)
    shown = [search.named(session, name, "columns") for name in columns or ()]
    return search.Listing(filters, search.order(session, sort), tuple(shown), limit, offset)


Asked = Annotated[search.Listing, Depends(_asked)]
Opened = Annotated[
    list[Annotated[int, Query(ge=1, le=MAX_ID)]] | None,
    Query(alias="open", max_length=100, description="Experiments whose runs follow their row."),
]


@routes.get("/runs", summary="List runs, with filters and paging", responses=problems())
def list_runs(asked: Asked, who: Who, session: Reading) -> Page[RunSummary]:
    """422 says at which character a query is wrong, and what would be right there."""
    return runs.page(session, who, asked)


@routes.get("/runs/by-experiment", summary="List runs, those of an experiment as one row", responses=problems())
def list_runs_by_experiment(asked: Asked, who: Who, session: Reading, opened: Opened = None) -> RunsByExperiment:
    """What the same request to `/runs` finds. An experiment stands where its first run would in that order, and tells
    of the runs that were found; runs of no experiment are rows of their own."""
    return grouped_runs.page(session, who, asked, opened or ())
