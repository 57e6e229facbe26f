"""Notes of runs and experiments, in Markdown, with all their versions."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Limit, Offset, Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.store import experiments, notes, runs
from gsl.protocol.api import NotesSave, NoteVersionPublic, Page

routes = router("notes")


@routes.get("/runs/{run_id}/notes", summary="List versions of a run's notes", responses=problems(404))
def list_run_notes(run_id: RunId, session: Reading, limit: Limit = 20, offset: Offset = 0) -> Page[NoteVersionPublic]:
    """Newest first: the first is in force. Every save is kept."""
    return notes.page(session, runs.get(session, run_id), limit, offset)


@routes.put("/runs/{run_id}/notes", summary="Save a run's notes", responses=problems(400, 404, 409))
def save_run_notes(
    run_id: RunId, body: NotesSave, who: Who, session: Writing, services: ServicesDep
) -> NoteVersionPublic:
    """409 if somebody else has saved them since the version that you have seen; nothing is lost."""
    saved = notes.save(session, runs.locked(session, run_id), body.text, who.name, body.seen)
    services.publish(session, "run", run_id)
    return saved


@routes.get(
    "/experiments/{experiment_id}/notes", summary="List versions of an experiment's notes", responses=problems(404)
)
def list_experiment_notes(
    experiment_id: ExperimentId, session: Reading, limit: Limit = 20, offset: Offset = 0
) -> Page[NoteVersionPublic]:
    """Newest first: the first is in force. Every save is kept."""
    return notes.page(session, experiments.row(session, experiment_id), limit, offset)


@routes.put(
    "/experiments/{experiment_id}/notes", summary="Save an experiment's notes", responses=problems(400, 404, 409)
)
def save_experiment_notes(
    experiment_id: ExperimentId, body: NotesSave, who: Who, session: Writing, services: ServicesDep
) -> NoteVersionPublic:
    """409 if somebody else has saved them since the version that you have seen; nothing is lost."""
    experiment = experiments.lock(session, experiment_id)
    saved = notes.save(session, experiment, body.text, who.name, body.seen)
    services.publish(session, "experiment", project_id=experiment.project_id)
    return saved
