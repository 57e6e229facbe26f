"""Metrics of a run's training, as learner and guide reported them."""

from typing import Annotated

import numpy as np
from fastapi import Query

from gsl.backend.api.deps import MAX_ID, Reading, RunId, problems, router
from gsl.backend.domain.figure_data import MetricSeries
from gsl.backend.errors import InvalidError
from gsl.backend.figures.sampling import MAX_POINTS, rows_to_keep
from gsl.backend.store import runs
from gsl.backend.store.figures.metrics import metric_names, metric_series
from gsl.backend.store.jobs import views
from gsl.protocol.api import MetricInfo, MetricSeriesPublic, MetricsPublic
from gsl.protocol.metrics import METRICS, in_order, metric

routes = router("measurements")


@routes.get("/runs/{run_id}/metrics", summary="Get metrics of training", responses=problems(404))
def get_metrics(
    run_id: RunId,
    session: Reading,
    name: Annotated[str | None, Query(max_length=200, description="Only this metric.", examples=["entropy"])] = None,
    job_id: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Only this job.")] = None,
    points: Annotated[int, Query(ge=4, le=MAX_POINTS, description="At most so many points of each series.")] = 200,
) -> MetricsPublic:
    """Losses, gradient norm, learning rate, speed and whatever else learner and guide report, over environment steps.

    If a run has more than 3,000 epochs, evenly spread ones are read.
    """
    runs.get(session, run_id)
    found = metric_series(session, run_id, None if name is None else [name])
    if job_id is not None:
        views.get_of_run(session, job_id, run_id)
    if name is not None and name not in METRICS and not found:
        raise _unknown(name, metric_names(session, run_id))
    chosen = [one for one in found if job_id in (None, one.job_id)]
    return MetricsPublic(
        metrics=[info(each) for each in in_order({one.metric for one in chosen})],
        series=[_public(one, points) for one in chosen],
    )


def _unknown(name: str, reported: set[str]) -> InvalidError:
    """A metric that the product knows may still be reported, but not one that nobody knows."""
    names = ", ".join(in_order(reported)) or "none yet"
    return InvalidError.field("name", f"the run has no metric {name}; it has {names}")


def info(name: str) -> MetricInfo:
    known = metric(name)
    return MetricInfo(name=name, title=known.title, unit=known.unit, meaning=known.meaning, group=known.group)


def _public(series: MetricSeries, points: int) -> MetricSeriesPublic:
    rows = rows_to_keep(series.values, points)
    return MetricSeriesPublic(
        metric=series.metric,
        job_id=series.job_id,
        job_key=series.key,
        epochs=series.epochs[rows].tolist(),
        steps=series.steps[rows].tolist(),
        values=[None if np.isnan(value) else float(value) for value in series.values[rows]],
    )
