"""What people keep by name: views of the list of runs, and defaults of criterion H."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RowId, Writing, problems, router
from gsl.backend.db.project_models import PlateauDefault, RunView
from gsl.backend.services.placement import project_for
from gsl.backend.store import audit, kept, run_views, search
from gsl.protocol.api.kept import PlateauDefaultPublic, PlateauDefaultStore, RunViewPublic, RunViewStore

routes = router("runs")


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
    audit.about(session, f"view {body.name}", "shared" if body.shared else "")
    return run_views.store(session, who, body)


@routes.delete("/run-views/{view_id}", status_code=204, summary="Delete a view", responses=problems(404))
def delete_run_view(view_id: RowId, who: Who, session: Writing) -> None:
    """403 if it is someone else's, except for admins."""
    view = kept.remove(session, who, RunView, view_id)
    audit.about(session, f"view {view_id}", view.name)


@routes.get("/plateau-defaults", summary="List defaults of criterion H", responses=problems())
def list_plateau_defaults(who: Who, session: Reading) -> list[PlateauDefaultPublic]:
    """One's own, then those that others share."""
    return [PlateauDefaultPublic.model_validate(row) for row in kept.listed(session, who, PlateauDefault)]


@routes.put("/plateau-defaults", summary="Keep a default of criterion H", responses=problems(400, 409))
def store_plateau_default(body: PlateauDefaultStore, who: Who, session: Writing) -> PlateauDefaultPublic:
    """Under a name of one's own, in place of what was there. 422 names a setting out of range."""
    if body.project_id is not None:
        project_for(session, who, body.project_id)
    row = kept.place(session, who, PlateauDefault, body)
    row.settings = body.settings.model_dump()
    session.flush()
    audit.about(session, f"plateau default {body.name}", "shared" if body.shared else "")
    return PlateauDefaultPublic.model_validate(row)


@routes.delete(
    "/plateau-defaults/{default_id}", status_code=204, summary="Delete a plateau default", responses=problems(404)
)
def delete_plateau_default(default_id: RowId, who: Who, session: Writing) -> None:
    """403 if it is someone else's, except for admins."""
    row = kept.remove(session, who, PlateauDefault, default_id)
    audit.about(session, f"plateau default {default_id}", row.name)
