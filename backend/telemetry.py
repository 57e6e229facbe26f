"""What each process of the API counts, for Prometheus.

Several processes behind one address share their counters in the folder PROMETHEUS_MULTIPROC_DIR, as Prometheus' client
has it: any of them then answers for all.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_OWN = CollectorRegistry()
_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Histogram(
    "gsl_request_seconds",
    "Time from a request to the head of its answer, by the route's template.",
    ["method", "route", "status"],
    buckets=_BUCKETS,
    registry=_OWN,
)
REPORTS = Counter("gsl_reports", "Reports taken in from trainers.", registry=_OWN)
STEPS = Counter("gsl_environment_steps", "Environment steps that trainers reported.", registry=_OWN)


def taken_in(reports: int, steps: int) -> None:
    """After the commit of a batch. A job that resumes takes steps back, which a counter does not."""
    REPORTS.inc(reports)
    STEPS.inc(max(0, steps))


def counted() -> bytes:
    """The counters of this process, or of all that share the folder, in Prometheus' text format."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest(_OWN)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the package types some functions only
    return generate_latest(shared)
