"""What Prometheus scrapes."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from gsl.backend import telemetry
from gsl.backend.api.deps import Reading, problems, router
from gsl.backend.store import monitoring

routes = router("monitoring")
_CONTENT: dict[str, Any] = {CONTENT_TYPE_PLAIN_0_0_4: {"schema": {"type": "string"}}}


class _Families(Collector):
    def __init__(self, gauges: Iterable[monitoring.Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in self._gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in gauge.values.items():
                family.add_metric(labels, value)
            yield family


@routes.get(
    "/metrics",
    summary="Get metrics for Prometheus",
    response_class=Response,
    responses={**problems(), 200: {"description": "Prometheus' text format.", "content": _CONTENT}},
)
def scrape_metrics(session: Reading) -> Response:
    """Jobs, runs, queue, workers, gates, sizes, what trainers reported and how long requests take. Opened by
    GSL_METRICS_TOKEN, too."""
    registry = CollectorRegistry()
    registry.register(_Families(monitoring.gauges(session)))
    text = telemetry.counted() + generate_latest(registry)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})
