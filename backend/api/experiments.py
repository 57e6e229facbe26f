"""Experiments."""

from typing import Annotated

from fastapi import Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Limit, Offset, Reading, ServicesDep, Writing, problems, router
from gsl.backend.services import policies
from gsl.backend.services.launches import arms_of, launch
from gsl.backend.store import audit, experiments, runs, workers
from gsl.protocol.api import ExperimentCreate, ExperimentLaunch, ExperimentPublic, Page, RunPublic

routes = router("experiments")


@routes.post("/experiments", status_code=201, summary="Create an experiment", responses=problems(400))
def create_experiment(body: ExperimentCreate, who: Who, session: Writing) -> ExperimentPublic:
    """An experiment groups runs that are compared: the arms and seeds of one question."""
    made = experiments.create(session, body, who.name)
    audit.about(session, f"experiment {made.id}")
    return made


@routes.get("/experiments", summary="List experiments, newest first", responses=problems())
def list_experiments(
    session: Reading,
    owner: Annotated[str | None, Query(max_length=200, description="Name of the account that made it.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[ExperimentPublic]:
    return experiments.page(session, owner, limit, offset)


@routes.get("/experiments/{experiment_id}", summary="Get an experiment", responses=problems(404))
def get_experiment(experiment_id: ExperimentId, session: Reading) -> ExperimentPublic:
    return experiments.get(session, experiment_id)


@routes.post(
    "/experiments/{experiment_id}/runs", status_code=201, summary="Launch arms x seeds", responses=problems(400, 404)
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
    workers.check_runnable(session, {arm.suite_field: arm.config.suite.name for arm in arms})
    policies.check_known(session, ((f"arms.{index}.config", arm.config) for index, arm in enumerate(arms)))
    launched = launch(session, experiment_id, arms, body)
    for run in launched:
        runs.launched(session, run, who.name, body.preset or "")
    numbers = ", ".join(str(run.id) for run in launched)
    audit.about(session, f"experiment {experiment_id}", f"runs {numbers}")
    services.advance_all(session, [run.id for run in launched if run.id is not None])
    return runs.publics(session, launched)
