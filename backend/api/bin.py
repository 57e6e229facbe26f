"""The bin: what was deleted, until it is restored or gone for good."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Limit, Offset, Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.services import bin as bin_
from gsl.backend.store import binned, experiments, runs
from gsl.protocol.api import BinItem, ExperimentPublic, Page, RunPublic

routes = router("bin")


@routes.get("/bin", summary="List what is in the bin, deleted last first", responses=problems())
def list_bin(session: Reading, who: Who, limit: Limit = 50, offset: Offset = 0) -> Page[BinItem]:
    """Runs and experiments, for 30 days. The runs of a deleted experiment are in it, not beside it."""
    return binned.page(session, who, limit, offset)


@routes.post("/bin/runs/{run_id}/restore", summary="Restore a run", responses=problems(404, 409))
def restore_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """For whoever may delete it. 409 if it is not in the bin, or if another run has its seed of the arm by now."""
    run = bin_.restore_run(services, session, run_id, who)
    session.flush()
    return runs.public(session, run)


@routes.delete("/bin/runs/{run_id}", status_code=204, summary="Delete a run for good", responses=problems(404, 409))
def purge_run(run_id: RunId, session: Writing, services: ServicesDep) -> None:
    """Its rows and its files. 409 if it is not in the bin, or its jobs have not stopped yet."""
    bin_.purge_run(services, session, run_id)


@routes.post("/bin/experiments/{experiment_id}/restore", summary="Restore an experiment", responses=problems(404, 409))
def restore_experiment(
    experiment_id: ExperimentId, who: Who, session: Writing, services: ServicesDep
) -> ExperimentPublic:
    """With the runs that were deleted with it. For whoever may delete it."""
    experiment = experiments.lock(session, experiment_id)
    bin_.check_may_delete(who, experiment)
    bin_.restore_experiment(services, session, experiment, who.name)
    session.flush()
    return experiments.get(session, experiment_id)


@routes.delete(
    "/bin/experiments/{experiment_id}",
    status_code=204,
    summary="Delete an experiment for good",
    responses=problems(404, 409),
)
def purge_experiment(experiment_id: ExperimentId, session: Writing, services: ServicesDep) -> None:
    """With its runs and their files."""
    bin_.purge_experiment(services, session, experiment_id)
