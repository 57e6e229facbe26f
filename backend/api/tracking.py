"""Runs that are tracked: routes for scripts that keep control of their training, and only report it."""

from typing import Annotated

from fastapi import Path

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RunId, ServicesDep, Writing, WritingMuch, problems, router
from gsl.backend.services import tracked_epochs, tracking
from gsl.backend.store import audit, runs, tracked_views
from gsl.backend.store.tracked_views import Grip
from gsl.protocol.api.tracking import (
    ScriptStart,
    TrackedEpoch,
    TrackedLeave,
    TrackedPublic,
    TrackedSign,
    TrackRequest,
)

routes = router("tracked runs")

Number = Annotated[int, Path(description="Number of the specialist, from 1.", ge=1, le=10_000)]


@routes.post("/tracked", summary="Track a run", responses=problems(400, 409))
def track_run(body: TrackRequest, who: Who, session: Writing, services: ServicesDep) -> TrackedPublic:
    """Launches a run for your script, or goes on with the one of this key that has not ended. The state is `held` while
    another script has it. 422 if it has other settings."""
    run, grip = tracking.start(services, session, who, body)
    audit.about(session, f"run {run.id}", body.key)
    return tracked_views.public(session, run, services.terms, grip)


@routes.get("/runs/{run_id}/tracked", summary="Get where a tracked run is", responses=problems(404, 409))
def get_tracked_run(run_id: RunId, session: Reading, services: ServicesDep) -> TrackedPublic:
    """With the specialists, once they are approved. 409 if the run is not tracked."""
    return tracked_views.public(session, runs.get(session, run_id), services.terms, Grip())


@routes.post("/runs/{run_id}/tracked/epochs", summary="Report an epoch", responses=problems(400, 404, 409, 413))
def report_tracked_epoch(
    run_id: RunId, body: TrackedEpoch, session: WritingMuch, services: ServicesDep
) -> TrackedPublic:
    """Stores it, judges it by criterion H, and says what the script may do next. Sending the newest one twice changes
    nothing. 409 if another script took over, or if the training is over or paused."""
    run = tracked_epochs.report(services, session, run_id, body)
    return tracked_views.public(session, run, services.terms, Grip(body.attempt))


@routes.post("/runs/{run_id}/tracked/heartbeat", summary="Give a sign of life", responses=problems(400, 404, 409))
def keep_tracked_run(run_id: RunId, body: TrackedSign, session: WritingMuch, services: ServicesDep) -> TrackedPublic:
    """Between epochs. Without any, the run waits for its script after a while."""
    run = tracked_epochs.keep(services, session, run_id, body.attempt)
    return tracked_views.public(session, run, services.terms, Grip(body.attempt))


@routes.post(
    "/runs/{run_id}/tracked/specialists/{number}", summary="Track a specialist", responses=problems(400, 404, 409)
)
def track_specialist(
    run_id: RunId, number: Number, body: ScriptStart, who: Who, session: Writing, services: ServicesDep
) -> TrackedPublic:
    """Launches the run of a specialist that was approved, or goes on with it. 409 if none is approved."""
    run, grip = tracking.start_specialist(services, session, who, run_id, number, body)
    audit.about(session, f"run {run.id}", f"specialist {number} of run {run_id}")
    return tracked_views.public(session, run, services.terms, grip)


@routes.post("/runs/{run_id}/tracked/leave", summary="Leave a tracked run", responses=problems(400, 404, 409))
def leave_tracked_run(run_id: RunId, body: TrackedLeave, session: Writing, services: ServicesDep) -> TrackedPublic:
    """The script ends: for good, or to be started again."""
    run = tracking.leave(services, session, run_id, body)
    return tracked_views.public(session, run, services.terms, Grip())
