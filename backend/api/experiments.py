"""Experiments."""

from typing import Annotated

from fastapi import Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Limit, Offset, OfProject, Reading, ServicesDep, Writing, problems, router
from gsl.backend.services import policies
from gsl.backend.services.bin import check_may_delete, put_experiment
from gsl.backend.services.exportable import check_possible
from gsl.backend.services.launches import arms_of, launch
from gsl.backend.services.placement import in_project, move_experiment, project_for
from gsl.backend.store import audit, experiments, runs, workers
from gsl.protocol.api import ExperimentCreate, ExperimentLaunch, ExperimentPublic, ExperimentUpdate, Page, RunPublic
from gsl.protocol.dispatch import needed

routes = router("experiments")


@routes.post("/experiments", status_code=201, summary="Create an experiment", responses=problems(400))
def create_experiment(body: ExperimentCreate, who: Who, session: Writing) -> ExperimentPublic:
    """An experiment groups runs that are compared: the arms and seeds of one question."""
    project_for(session, who, body.project_id)
    made = experiments.create(session, body, who.name)
    audit.about(session, f"experiment {made.id}", in_project(made.project_id))
    return made


@routes.get("/experiments", summary="List experiments, newest first", responses=problems())
def list_experiments(
    session: Reading,
    who: Who,
    q: Annotated[str | None, Query(max_length=200, description="Text to find in name or description.")] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Name of the account that made it.")] = None,
    project_id: OfProject = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[ExperimentPublic]:
    return experiments.page(session, who, q, owner, project_id, limit, offset)


@routes.get("/experiments/{experiment_id}", summary="Get an experiment", responses=problems(404))
def get_experiment(experiment_id: ExperimentId, session: Reading) -> ExperimentPublic:
    return experiments.get(session, experiment_id)


@routes.patch(
    "/experiments/{experiment_id}", summary="Change name, description or project", responses=problems(400, 404)
)
def update_experiment(
    experiment_id: ExperimentId, body: ExperimentUpdate, who: Who, session: Writing, services: ServicesDep
) -> ExperimentPublic:
    """Its runs move to another project with it."""
    experiment = experiments.lock(session, experiment_id)
    if body.project_id is not None:
        before = move_experiment(services, session, who, experiment, body.project_id)
        audit.about(session, f"experiment {experiment_id}", f"{in_project(before)} to {in_project(body.project_id)}")
    experiment.sqlmodel_update(body.model_dump(exclude_none=True, exclude={"project_id"}))
    session.flush()
    services.publish(session, "experiment", project_id=experiment.project_id)
    return experiments.get(session, experiment_id)


@routes.delete(
    "/experiments/{experiment_id}", status_code=204, summary="Put it and its runs into the bin",
    responses=problems(404, 409),
)  # fmt: skip
def delete_experiment(experiment_id: ExperimentId, who: Who, session: Writing, services: ServicesDep) -> None:
    """Where they are kept for 30 days. 409 if one of its runs has not ended, 403 if it is someone else's, except for
    admins."""
    experiment = experiments.lock(session, experiment_id)
    check_may_delete(who, experiment)
    audit.about(session, f"experiment {experiment_id}", experiment.name)
    put_experiment(services, session, experiment, who.name)


@routes.post(
    "/experiments/{experiment_id}/runs",
    status_code=201,
    summary="Launch arms x seeds",
    responses=problems(400, 404, 409),
)
def launch_experiment(
    experiment_id: ExperimentId, body: ExperimentLaunch, who: Who, session: Writing, services: ServicesDep
) -> list[RunPublic]:
    """Launches a run for each arm and seed, all of them or none. `errors` name invalid fields by their path, such as
    `arms.1.config.guide.name`.

    Gates are approved automatically unless the configuration says `{"gate": {"mode": "ask"}}`. An arm of an earlier
    launch may get further seeds if its configuration stays the same.
    """
    arms = arms_of(body)
    workers.check_runnable(session, {arm.suite_field: needed(arm.config) for arm in arms})
    policies.check_known(session, ((f"arms.{index}.config", arm.config) for index, arm in enumerate(arms)))
    check_possible(services.settings, body.exporters)
    launched = launch(session, experiment_id, arms, body)
    for run in launched:
        runs.launched(session, run, who.name, body.preset or "")
    numbers = ", ".join(str(run.id) for run in launched)
    audit.about(session, f"experiment {experiment_id}", f"runs {numbers}")
    services.advance_all(session, [run.id for run in launched if run.id is not None])
    return runs.publics(session, launched)
