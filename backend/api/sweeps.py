"""Sweeps: searches over settings whose trials are runs of an experiment."""

from typing import Annotated

from fastapi import Query, Response

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Reading, ServicesDep, Writing, problems, router
from gsl.backend.errors import NotFoundError
from gsl.backend.figures import sweep_figures
from gsl.backend.figures.style import Theme, View
from gsl.backend.services import sweeps as service
from gsl.backend.services.placement import in_project
from gsl.backend.store import audit, experiments, sweeps
from gsl.protocol.api import ExperimentPublic, FigureInfo, FigurePublic
from gsl.protocol.api.sweeps import SweepCreate, SweepPublic, SweepResultsCreate, SweepStop

routes = router("sweeps")


@routes.post("/sweeps", status_code=201, summary="Launch a sweep", responses=problems(400, 409))
def create_sweep(body: SweepCreate, who: Who, session: Writing, services: ServicesDep) -> SweepPublic:
    """An experiment whose runs are the trials of a search; the next trial is launched whenever one ends.

    Trials have tuning seeds. Results are launched apart, on other seeds. `errors` name invalid settings by their path,
    such as `space.learner.learning_rate.low`. 409 if a quota does not allow the first trial.
    """
    sweep = service.create(services, session, body, who)
    experiment = experiments.get(session, sweep.experiment_id)
    audit.about(session, f"experiment {experiment.id}", in_project(experiment.project_id))
    return sweeps.public(session, sweep)


@routes.get("/experiments/{experiment_id}/sweep", summary="Get a sweep and its trials", responses=problems(404))
def get_sweep(experiment_id: ExperimentId, session: Reading) -> SweepPublic:
    """404 if the experiment is no sweep."""
    return sweeps.public(session, sweeps.get(session, experiment_id))


@routes.post("/experiments/{experiment_id}/sweep/stop", summary="Stop a sweep", responses=problems(400, 404, 409))
def stop_sweep(
    experiment_id: ExperimentId, body: SweepStop, who: Who, session: Writing, services: ServicesDep
) -> SweepPublic:
    """No further trials are launched, and those that run are cancelled unless you say otherwise."""
    sweep = service.stop(services, session, experiment_id, body, who.name)
    session.flush()
    return sweeps.public(session, sweep)


@routes.post(
    "/experiments/{experiment_id}/sweep/results", status_code=201, summary="Run the winner on result seeds",
    responses=problems(400, 404, 409),
)  # fmt: skip
def launch_sweep_results(
    experiment_id: ExperimentId, body: SweepResultsCreate, who: Who, session: Writing, services: ServicesDep
) -> ExperimentPublic:
    """A new experiment with the settings of the best trial, or of the one named, on seeds that the search has not seen.

    409 if no trial is complete yet, or a quota does not allow it.
    """
    made = service.results(services, session, experiment_id, body, who)
    session.flush()
    audit.about(session, f"experiment {made}", f"results of sweep {experiment_id}")
    return experiments.get(session, made)


@routes.get("/experiments/{experiment_id}/sweep/figures", summary="List a sweep's figures", responses=problems(404))
def list_sweep_figures(experiment_id: ExperimentId, session: Reading) -> list[FigureInfo]:
    """Every figure, and whether there is data for it."""
    sweep = sweeps.public(session, sweeps.get(session, experiment_id))
    return [
        FigureInfo(
            name=figure.name, title=figure.title, description=figure.description, ready=figure.ready(sweep), tab=None,
            controls=(), optional=False,
        )
        for figure in sweep_figures().values()
    ]  # fmt: skip


@routes.get(
    "/experiments/{experiment_id}/sweep/figures/{name}", summary="Get a sweep's figure as Plotly JSON",
    response_model=FigurePublic, responses=problems(404),
)  # fmt: skip
def get_sweep_figure(
    experiment_id: ExperimentId,
    name: str,
    session: Reading,
    theme: Annotated[Theme, Query(description="Colour scheme of the page that shows the figure.")] = "light",
    width: Annotated[int, Query(ge=200, le=4000, description="Width on the screen in CSS pixels.")] = 900,
) -> Response:
    """`data` and `layout` for Plotly."""
    chosen = sweep_figures().get(name)
    if chosen is None:
        raise NotFoundError(f"There is no figure named {name}. The figures are {', '.join(sweep_figures())}.")
    sweep = sweeps.public(session, sweeps.get(session, experiment_id))
    figure = chosen.build(sweep, View(theme=theme, width=width))
    return Response(figure.to_json(), media_type="application/json", headers={"Cache-Control": "no-cache"})
