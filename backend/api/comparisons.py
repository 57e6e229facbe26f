"""Comparisons of an experiment's arms, as numbers and as figures."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Header, Query, Response
from sqlmodel import Session

from gsl.backend.api.deps import ExperimentId, Reading, problems, router
from gsl.backend.api.figures import code_version
from gsl.backend.domain import run_axis
from gsl.backend.domain.comparison import compare
from gsl.backend.domain.comparison_types import Compared
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.figures import experiment_figures
from gsl.backend.figures.registration import ComparisonOptions, ExperimentFigure
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
Axis = Annotated[
    run_axis.Axis,
    Query(description="Of `arm_curves`: all steps, or the critical path, on which specialists train in parallel."),
]
ArmName = Annotated[
    str | None, Query(max_length=200, description="One of the pair of a figure that shows two; default: suggested.")
]


@routes.get("/experiments/{experiment_id}/comparison", summary="Compare an experiment's arms", responses=problems(404))
def get_comparison(
    experiment_id: ExperimentId, session: Reading, metric: Metric = "score", source: Source = "evaluation"
) -> ComparisonPublic:
    """Each arm over its seeds and each pair of arms, with confidence intervals. Failed runs are only counted."""
    compared = compared_runs(session, experiment_id)
    check_metric(compared, metric)
    return compare(outcomes(session, compared, metric, source))


@routes.get("/experiments/{experiment_id}/figures", summary="List an experiment's figures", responses=problems(404))
def list_experiment_figures(experiment_id: ExperimentId, session: Reading) -> list[FigureInfo]:
    """Every figure, and whether there is data for it. A figure without data says when it will have some."""
    return listed_figures(compared_runs(session, experiment_id))


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
    axis: Axis = "total",
    width: Annotated[int, Query(ge=200, le=4000, description="Width on the screen in CSS pixels.")] = 900,
    ours: ArmName = None,
    theirs: ArmName = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """`data` and `layout` for Plotly. Polling with `If-None-Match` is cheap."""
    chosen = figure_named(name)
    version = comparison_version(session, experiment_id)
    options = ComparisonOptions(metric, source, View(theme=theme, width=width), ours, theirs, axis)
    return drawn(session, chosen, lambda: compared_runs(session, experiment_id), options, version, if_none_match)


def listed_figures(compared: Compared) -> list[FigureInfo]:
    return [
        FigureInfo(
            name=figure.name, title=figure.title, description=figure.description, ready=figure.ready(compared),
            tab=None, controls=figure.controls, optional=False,
        )
        for figure in experiment_figures().values()
    ]  # fmt: skip


def figure_named(name: str) -> ExperimentFigure:
    """Raises `NotFoundError`."""
    chosen = experiment_figures().get(name)
    if chosen is None:
        raise NotFoundError(f"There is no figure named {name}. The figures are {', '.join(experiment_figures())}.")
    return chosen


def drawn(
    session: Session, figure: ExperimentFigure, read: Callable[[], Compared], options: ComparisonOptions, version: str,
    known: str | None,
) -> Response:  # fmt: skip
    """The figure, unless the viewer has this version already. Raises `InvalidError`."""
    headers = {"ETag": f'W/"{version}-{code_version()}"', "Cache-Control": "no-cache"}
    if known is not None and headers["ETag"] in known:
        return Response(status_code=304, headers=headers)
    compared = read()
    check_metric(compared, options.metric)
    check_groups(compared, {"ours": options.ours, "theirs": options.theirs})
    return Response(figure.build(session, compared, options).to_json(), media_type="application/json", headers=headers)


def check_groups(compared: Compared, named: Mapping[str, str | None]) -> None:
    """Whether there are the groups, or arms, that these fields name. Raises `InvalidError`."""
    for field, name in named.items():
        if name is not None and name not in compared.groups:
            noun, there = compared.noun, ", ".join(compared.groups)[:1000] or "none"
            raise InvalidError.field(field, f"{noun} {name!r} does not exist; the {noun}s are: {there}")


def check_metric(compared: Compared, metric: ComparedMetric) -> None:
    """Returns of different tasks cannot be averaged, and success cannot be shown without a signal for it."""
    if metric == "return" and len(compared.tasks) > 1:
        message = f"returns of different tasks cannot be averaged ({', '.join(compared.tasks)[:300]}): choose score"
        raise InvalidError.field("metric", message)
    if metric == "success" and not all(suite.has_success for suite in compared.suites):
        raise InvalidError.field("metric", "not every suite has a success signal: choose score")
