"""Comparisons of an experiment's arms, as numbers and as figures."""

from typing import Annotated

from fastapi import Header, Query, Response

from gsl.backend.api.deps import ExperimentId, Reading, problems, router
from gsl.backend.api.figures import code_version
from gsl.backend.domain.comparison import compare
from gsl.backend.domain.comparison_types import Compared
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.figures import experiment_figures
from gsl.backend.figures.registration import ComparisonOptions
from gsl.backend.figures.style import Theme, View
from gsl.backend.store.figures.comparisons import compared_runs, comparison_version, outcomes
from gsl.protocol.api import ComparedMetric, ComparedSource, ComparisonPublic, FigureInfo, FigurePublic

routes = router("experiments")

Metric = Annotated[
    ComparedMetric, Query(description="`score` is the success rate if the suite has one, else the normalised return.")
]
Source = Annotated[
    ComparedSource, Query(description="Last evaluations on the training variations or on the held-out ones.")
]
ArmName = Annotated[
    str | None, Query(max_length=100, description="An arm of `variation_differences`; default: a suggested one.")
]


@routes.get("/experiments/{experiment_id}/comparison", summary="Compare an experiment's arms", responses=problems(404))
def get_comparison(
    experiment_id: ExperimentId, session: Reading, metric: Metric = "score", source: Source = "evaluation"
) -> ComparisonPublic:
    """Each arm over its seeds and each pair of arms, with confidence intervals. Failed runs are only counted."""
    compared = compared_runs(session, experiment_id)
    _check_metric(compared, metric)
    return compare(outcomes(session, compared, metric, source))


@routes.get("/experiments/{experiment_id}/figures", summary="List an experiment's figures", responses=problems(404))
def list_experiment_figures(experiment_id: ExperimentId, session: Reading) -> list[FigureInfo]:
    """Every figure, and whether there is data for it. A figure without data says when it will have some."""
    compared = compared_runs(session, experiment_id)
    return [
        FigureInfo(
            name=figure.name, title=figure.title, description=figure.description, ready=figure.ready(compared),
            tab=None, controls=figure.controls, optional=False,
        )
        for figure in experiment_figures().values()
    ]  # fmt: skip


@routes.get(
    "/experiments/{experiment_id}/figures/{name}",
    summary="Get an experiment's figure as Plotly JSON",
    response_model=FigurePublic,
    responses=problems(404) | {304: {"description": "Not changed since the version in `If-None-Match`."}},
)
def get_experiment_figure(
    experiment_id: ExperimentId,
    name: str,
    session: Reading,
    theme: Annotated[Theme, Query(description="Colour scheme of the page that shows the figure.")] = "light",
    metric: Metric = "score",
    source: Source = "evaluation",
    width: Annotated[int, Query(ge=200, le=4000, description="Width on the screen in CSS pixels.")] = 900,
    ours: ArmName = None,
    theirs: ArmName = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """`data` and `layout` for Plotly. Polling with `If-None-Match` is cheap."""
    chosen = experiment_figures().get(name)
    if chosen is None:
        raise NotFoundError(f"There is no figure named {name}. The figures are {', '.join(experiment_figures())}.")
    version = f"{comparison_version(session, experiment_id)}-{code_version()}"
    headers = {"ETag": f'W/"{version}"', "Cache-Control": "no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    compared = compared_runs(session, experiment_id)
    _check_metric(compared, metric)
    for field, arm in (("ours", ours), ("theirs", theirs)):
        if arm is not None and arm not in compared.arms:
            raise InvalidError.field(
                field, f"arm {arm!r} does not exist; the arms are: {', '.join(compared.arms) or 'none'}"
            )
    options = ComparisonOptions(metric, source, View(theme=theme, width=width), ours, theirs)
    return Response(chosen.build(session, compared, options).to_json(), media_type="application/json", headers=headers)


def _check_metric(compared: Compared, metric: ComparedMetric) -> None:
    """Returns of different tasks cannot be averaged, and success cannot be shown without a signal for it."""
    if metric == "return" and len(compared.tasks) > 1:
        message = f"returns of different tasks cannot be averaged ({', '.join(compared.tasks)[:300]}): choose score"
        raise InvalidError.field("metric", message)
    if metric == "success" and not all(suite.has_success for suite in compared.suites):
        raise InvalidError.field("metric", "not every suite of this experiment has a success signal: choose score")
