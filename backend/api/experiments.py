"""Experiments."""

from backend.api.deps import ExperimentId, Limit, Offset, Reading, Writing, problems, router
from backend.schemas import ExperimentCreate, ExperimentPublic, Page
from backend.store import experiments

routes = router("experiments")


@routes.post("/experiments", status_code=201, summary="Begin an experiment", responses=problems(400))
def create_experiment(body: ExperimentCreate, session: Writing) -> ExperimentPublic:
    """An experiment groups runs that are compared: arms and seeds of one question."""
    return experiments.create(session, body)


@routes.get("/experiments", summary="Experiments, newest first", responses=problems())
def list_experiments(session: Reading, limit: Limit = 50, offset: Offset = 0) -> Page[ExperimentPublic]:
    return experiments.page(session, limit, offset)


@routes.get("/experiments/{experiment_id}", summary="One experiment", responses=problems(404))
def get_experiment(experiment_id: ExperimentId, session: Reading) -> ExperimentPublic:
    return experiments.get(session, experiment_id)
