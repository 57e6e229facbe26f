"""Small charts of a run's metrics, several of them in one answer, and of several runs laid over one another."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Query, Response
from pydantic_core import to_json
from sqlmodel import Session

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, Reading, RunId, problems, router
from gsl.backend.api.figures import WhichAxis, code_version
from gsl.backend.api.metrics import info
from gsl.backend.domain.figure_data import MetricSeries
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.figures.arms import arm_colour
from gsl.backend.figures.figure import Part, plain
from gsl.backend.figures.metric_chart import Scale, chart_layout, chart_traces
from gsl.backend.figures.style import Theme, View
from gsl.backend.store import reach, runs
from gsl.backend.store.figures.metrics import metric_names, metric_series
from gsl.backend.store.figures.readiness import figure_version
from gsl.protocol.api.measurements import ChartedRun, MetricChartsPublic
from gsl.protocol.metrics import METRICS, in_order

routes = router("figures")

MOST_RUNS = 8
MOST_CHARTS = 24
LONGEST_MEMORY = 10_000


Names = Annotated[
    list[str] | None, Query(max_length=MOST_CHARTS, description="The metrics to draw; none only lists them.")
]
Others = Annotated[
    list[Annotated[int, Query(ge=1, le=MAX_ID)]] | None,
    Query(alias="with", max_length=MOST_RUNS - 1, description="Other runs to lay over this one, of any suite."),
]
Smoothing = Annotated[
    float, Query(ge=0, le=LONGEST_MEMORY, allow_inf_nan=False, description="Epochs that the smoothing looks back.")
]
WhichScale = Annotated[Scale, Query(description="Of the values; a logarithmic one leaves out those of 0 and less.")]
Width = Annotated[int, Query(ge=100, le=4000, description="Width of one chart in CSS pixels.")]
After = Annotated[str, Query(max_length=1000, description="The cursor of an earlier answer to the same question.")]


@routes.get(
    "/runs/{run_id}/metric-charts",
    summary="Get small charts of metrics as Plotly JSON",
    response_model=MetricChartsPublic,
    responses=problems(404),
)
def get_metric_charts(
    run_id: RunId,
    who: Who,
    session: Reading,
    name: Names = None,
    other: Others = None,
    smoothing: Smoothing = 0,
    scale: WhichScale = "linear",
    axis: WhichAxis = "total",
    theme: Annotated[Theme, Query(description="Colour scheme of the page that shows them.")] = "light",
    width: Width = 320,
    after: After = "",
) -> Response:
    """A point is one of the epochs that are spread evenly over the run, and each stretch keeps its extremes.

    Smoothing is causal: a value is the mean of those until then, which count less the older they are.
    """
    view = View(theme=theme, width=width)
    charted = _charted(session, who, run_id, other or [], view)
    found = {run.id: metric_series(session, run.id, name, axis) if name else () for run in charted}
    drawn = {one.metric for series in found.values() for one in series}
    known = in_order(drawn if name else _reported(session, charted))
    _check_names(session, name or [], known, charted)
    versions = {run.id: f"{run.id}:{figure_version(session, run.id)}-{code_version()}" for run in charted}
    changed = [run for run in charted if versions[run.id] not in after.split(",")]
    answer = {
        "cursor": ",".join(versions.values()),
        "runs": [run.model_dump() for run in charted],
        "metrics": [info(each).model_dump() for each in known],
        "charts": [_chart(each, found, changed, len(charted) > 1, (view, scale, smoothing)) for each in known if name],
    }
    return Response(to_json(answer, inf_nan_mode="null", fallback=plain), media_type="application/json")


def _charted(session: Session, who: Identity, run_id: int, other: Sequence[int], view: View) -> list[ChartedRun]:
    """This run and the others, each once. Raises `InvalidError` for one that is not there for the person."""
    charted = []
    for place, each in enumerate(dict.fromkeys([run_id, *other])):
        if place:
            _check_reach(session, who, each)
        run = runs.get(session, each)
        charted.append(ChartedRun(id=each, name=run.name, suite=run.suite, colour=arm_colour(place, view)))
    return charted


def _check_reach(session: Session, who: Identity, run_id: int) -> None:
    if who.shared is not None:
        raise InvalidError.field("with", f"this link shows {who.shared} and no other run beside it")
    try:
        reach.check(session, who, "run", run_id)
    except NotFoundError as missing:
        raise InvalidError.field("with", f"there is no run {run_id}; name runs that can be opened") from missing


def _check_names(session: Session, asked: Sequence[str], found: Sequence[str], charted: Sequence[ChartedRun]) -> None:
    """A metric that the product knows may still be reported, but not one that nobody knows."""
    unknown = [each for each in asked if each not in found and each not in METRICS]
    if unknown:
        reported = ", ".join(in_order(_reported(session, charted))) or "none yet"
        raise InvalidError.field("name", f"no metric is named {unknown[0]}; there are {reported}")


def _reported(session: Session, charted: Sequence[ChartedRun]) -> set[str]:
    return set().union(*(metric_names(session, run.id) for run in charted))


def _chart(
    name: str, found: Mapping[int, Sequence[MetricSeries]], changed: Sequence[ChartedRun], overlaid: bool,
    how: tuple[View, Scale, float],
) -> Part:  # fmt: skip
    view, scale, memory = how
    mine = {run: [one for one in series if one.metric == name] for run, series in found.items()}
    traces = {
        run.id: chart_traces(mine[run.id], view, scale, memory, (run.name, run.colour) if overlaid else None)
        for run in changed
    }
    layout = chart_layout([one for series in mine.values() for one in series], view, scale)
    return {"name": name, "layout": layout, "traces": traces}
