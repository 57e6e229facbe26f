"""What a run measured: returns by variation, plateaus, steps spent, events."""

from typing import Annotated

from fastapi import Query

from gsl.backend.api.deps import MAX_ID, Count, Limit, Offset, Reading, RunId, problems, router
from gsl.backend.store import history, plateau_replay, returns, run_tree, runs
from gsl.backend.store.jobs import views
from gsl.protocol.api import (
    EventPublic,
    LedgerPublic,
    Page,
    PlateauChanges,
    PlateauPublic,
    PlateauReplay,
    ReturnsPublic,
)
from gsl.protocol.api.tree import RunTree
from gsl.protocol.reports import Source

routes = router("measurements")


@routes.get("/runs/{run_id}/returns", summary="Get returns by variation", responses=problems(404))
def get_returns(
    run_id: RunId,
    session: Reading,
    source: Annotated[
        Source, Query(description="Training episodes, evaluation, or evaluation on held-out variations.")
    ] = "training",
    epoch: Annotated[
        int | None, Query(ge=0, le=2**31 - 1, description="Epoch of the job; by default the latest.")
    ] = None,
    after: Annotated[Count, Query(description="Cursor of an earlier answer: get only later returns.")] = 0,
    job_id: Annotated[
        int | None,
        Query(
            ge=1,
            le=MAX_ID,
            description="By default the run's own policy: generalist, then fine-tuned.",
        ),
    ] = None,
) -> ReturnsPublic:
    """The latest estimate for every variation, or the values reported at one epoch."""
    run = runs.get(session, run_id)
    job = None if job_id is None else views.get_of_run(session, job_id, run_id)
    if epoch is not None:
        return returns.of_epoch(session, run, source, job, epoch)
    return returns.latest(session, run, source, job, after)


@routes.get("/runs/{run_id}/plateaus", summary="List plateaus", responses=problems(404))
def list_plateaus(run_id: RunId, session: Reading) -> list[PlateauPublic]:
    """Where criterion H detected a plateau, with its evidence."""
    return history.plateaus(session, runs.get(session, run_id))


@routes.get("/runs/{run_id}/plateau-replay", summary="Replay the plateau", responses=problems(404, 409))
def replay_plateau(run_id: RunId, session: Reading, changes: Annotated[PlateauChanges, Query()]) -> PlateauReplay:
    """Where criterion H would have fired in the training that there is, with other settings. 409 if the run is
    read-only."""
    return plateau_replay.replayed(session, runs.get(session, run_id), changes.model_dump(exclude_none=True))


@routes.get("/runs/{run_id}/ledger", summary="Get the ledger of environment steps", responses=problems(404))
def get_ledger(run_id: RunId, session: Reading) -> LedgerPublic:
    """Environment steps spent by job, phase and purpose, and along the critical path."""
    return history.ledger(session, runs.get(session, run_id))


@routes.get("/runs/{run_id}/tree", summary="Get the tree of a run", responses=problems(404))
def get_tree(run_id: RunId, session: Reading) -> RunTree:
    """What led to what, with progress, best result and time left, and which parts are on the critical path."""
    return run_tree.of(session, runs.get(session, run_id))


@routes.get("/runs/{run_id}/events", summary="List events, newest first", responses=problems(404))
def list_events(run_id: RunId, session: Reading, limit: Limit = 50, offset: Offset = 0) -> Page[EventPublic]:
    """Who did what, and when."""
    runs.get(session, run_id)
    return history.events(session, run_id, limit, offset)
