"""What Prometheus scrapes, read with its own parser, on both databases and from several processes."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import METRICS_TOKEN, ApiDriver, epoch, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import bearer

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(api: ApiDriver) -> Samples:
    answer = api.client.get("/metrics", headers=bearer(METRICS_TOKEN))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return parsed(answer.text)


def parsed(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_the_numbers_are_those_of_the_server(api: ApiDriver) -> None:
    before = scraped(api)
    api.at_the_gate()
    busy = api.job(api.launch())
    api.launch()
    api.announce("w1", "forkmaze")
    api.claim(busy)
    api.report(busy, started(), epoch(1))
    api.upload(busy, b"policy")
    after = scraped(api)
    assert value(after, "gsl_jobs", status="running", kind="generalist") == 1
    assert value(after, "gsl_jobs", status="queued", kind="generalist") == 1
    assert value(after, "gsl_jobs", status="succeeded", kind="evaluation") == 1
    assert value(after, "gsl_jobs_ready", suite="forkmaze", worker_label="") == 1
    assert value(after, "gsl_runs", status="awaiting_approval") == 1
    assert value(after, "gsl_gates_awaiting") == 1
    assert value(after, "gsl_workers") == 1
    assert sum(value(after, "gsl_slots", state=state) for state in ("busy", "idle", "in trouble")) == 1
    assert value(after, "gsl_queue_wait_seconds") > 0
    assert value(after, "gsl_database_bytes") > 10_000
    assert value(after, "gsl_stored_bytes", kind="checkpoint") == 2 * len(b"policy")
    assert value(after, "gsl_reports_total") - value(before, "gsl_reports_total") == 7
    assert value(after, "gsl_environment_steps_total") > value(before, "gsl_environment_steps_total")


@ON_SQLITE
def test_requests_are_counted_by_the_template_of_their_route(api: ApiDriver) -> None:
    def count(samples: Samples, status: str) -> float:
        labels = {"method": "GET", "route": "/runs/{run_id}", "status": status}
        return samples.get(("gsl_request_seconds_count", frozenset(labels.items())), 0.0)

    run_id, before = api.launch(), scraped(api)
    api.get(f"/runs/{run_id}")
    api.get("/runs/999", 404)
    api.get("/runs/998", 404)
    after = scraped(api)
    assert count(after, "200") - count(before, "200") == 1
    assert count(after, "404") - count(before, "404") == 2
    assert not any("999" in value for _, labels in after for _, value in labels)


@ON_SQLITE
def test_the_token_opens_nothing_else(api: ApiDriver) -> None:
    for path in ("/runs", "/workers", "/people", "/account/tokens"):
        assert api.client.get(f"/api/v1{path}", headers=bearer(METRICS_TOKEN)).status_code == 403
    assert api.client.get("/metrics", headers=bearer("another")).status_code == 401


def test_no_returns_and_no_epochs_are_read(api: ApiDriver, services: Services) -> None:
    statements: list[str] = []
    listen = (services.database.engine, "before_cursor_execute")
    note = lambda *arguments: statements.append(arguments[2])  # noqa: E731 - SQLAlchemy wants one object twice
    event.listen(*listen, note)
    try:
        scraped(api)
    finally:
        event.remove(*listen, note)
    assert len(statements) > 5
    assert not any(table in query for query in statements for table in ("variation_return", "latest_return", "epoch."))


def test_any_process_answers_for_all(tmp_path: Path) -> None:
    """Processes that share the folder of Prometheus' client: counters of one are told by another."""
    program = "import sys; from gsl.backend import telemetry as t; {}"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def process(statement: str) -> str:
        command = [sys.executable, "-c", program.format(statement)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    process("t.taken_in(3, 100)")
    process("t.taken_in(4, -5)")
    samples = parsed(process("sys.stdout.write(t.counted().decode())"))
    assert value(samples, "gsl_reports_total") == 7
    assert value(samples, "gsl_environment_steps_total") == 100
