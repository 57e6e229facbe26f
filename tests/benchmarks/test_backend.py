"""The backend's benchmark: processor time read from outside, growth, goals and tables, and databases grown in SQL."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from benchmarks.backend.cost import Cost, Growth
from benchmarks.backend.crowd import Crowd
from benchmarks.backend.intake import Intake, of_rounds
from benchmarks.backend.peers import Compared
from benchmarks.backend.results import FILE, Machine, Measured, Results, tables
from benchmarks.backend.servers import Server
from benchmarks.backend.stored import count_returns, more_runs, settle, stored_run
from gsl.backend.app import create_app
from gsl.backend.db.engine import Database
from gsl.backend.db.models import Epoch, Job, Run, VariationReturn
from gsl.backend.db.rollup_models import EpochStretch, LatestReturn
from tests.backend.api_driver import ApiDriver
from tests.backend.conftest import settings_on
from tests.backend.figures.stored_run import Size
from tests.backend.server import serving

SMALL = Size(generalist=20, specialist=2, finetune=20, seen=5, evaluate_every=10)


def took(cpu_ms: float, kib: float = 1.0) -> Cost:
    return Cost(cpu_ms=cpu_ms, ms=2 * cpu_ms, kib=kib)


def compared(points: int, search: Cost | None) -> Compared:
    intake: dict[str, Intake] = {"100 points a request": of_rounds(100, 100 / points, [1.0])}
    return Compared(version="1", intake=intake, runs=took(5), search=search, history=took(5), peak_mib=90)


def results(growth: Growth, peers: dict[str, Compared], errors: int = 0) -> Results:
    crowd = Crowd(
        streams=50, reporters=20, seconds=1, reports=40, report_p50_ms=9, report_p99_ms=30, pages=9, page_p50_ms=20,
        page_p99_ms=50, changes_of_a_stream=3, errors=errors, cpu_share=0.5, peak_mib=200,
    )  # fmt: skip
    measured = Measured(returns=10_000_000, growth={"returns": {"ledger": growth}}, intake={}, crowd=crowd, peak_mib=9)
    return Results(measured_at=datetime.now(UTC), machine=Machine.here(), databases={"sqlite": measured}, peers=peers)


def test_processor_time_is_that_of_the_process_and_its_threads() -> None:
    server = Server("http://nowhere", psutil.Process(os.getpid()))
    begun, before = time.process_time(), server.cpu_seconds()
    sum(number * number for number in range(200_000))
    assert server.cpu_seconds() - before == pytest.approx(time.process_time() - begun, abs=0.02)
    assert server.peak_mib() > 10


def test_growth_is_an_exponent() -> None:
    growth = Growth(small=took(2, kib=3), large=took(20, kib=3))
    assert (growth.exponent, growth.shown) == pytest.approx((1, 0))


@pytest.mark.parametrize(
    ("growth", "peers", "errors", "missed"),
    [
        (Growth(small=took(9), large=took(90)), {}, 0, []),
        (Growth(small=took(90), large=took(101)), {}, 0, ["ledger takes 101 ms"]),
        (Growth(small=took(1), large=took(50)), {}, 2, ["ledger grows", "2 errors"]),
        (
            Growth(small=took(1), large=took(1)),
            {"GSL Lab": compared(299, took(9)), "MLflow": compared(100, took(8)), "Trackio": compared(900, None)},
            0,
            ["3.0 times MLflow's intake", "search: MLflow takes 8 ms"],
        ),
    ],
)
def test_a_goal_that_is_missed_is_named(
    growth: Growth, peers: dict[str, Compared], errors: int, missed: list[str]
) -> None:
    broken = results(growth, peers, errors).broken
    assert len(broken) == len(missed)
    assert all(part in said for part, said in zip(missed, broken, strict=True))


def test_tables_show_what_was_measured() -> None:
    peers = {"GSL Lab": compared(300, took(9)), "Trackio": compared(900, None)}
    text = tables(results(Growth(small=took(9), large=took(90)), peers))
    assert "| search in names, ms | 9.0 | none |" in text
    assert "| ledger | 9.0 | 90.0 | 1.00 | 0.00 |" in text


def test_what_is_kept_can_be_read() -> None:
    kept = Results.model_validate_json(FILE.read_text())
    assert kept.databases["sqlite"].returns > 9_000_000
    assert {"GSL Lab", "MLflow", "Trackio"} == kept.peers.keys()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiDriver]:
    """A server on SQLite."""
    app = create_app(settings_on(tmp_path))
    with serving(app) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield ApiDriver(client)


def test_a_run_is_lengthened_and_copied_in_sql(api: ApiDriver, tmp_path: Path) -> None:
    database = Database(settings_on(tmp_path).database_url)
    SQLModel.metadata.create_all(database.engine)
    short, long = (stored_run(database, times, variations=300, size=SMALL) for times in (1, 3))
    with database.read() as session:

        def count(table: type[Epoch | EpochStretch | LatestReturn], run_id: int) -> int:
            mine = select(col(Job.id)).where(col(Job.run_id) == run_id)
            return int(session.execute(select(func.count()).where(col(table.job_id).in_(mine))).scalar_one())

        assert count(Epoch, long) == 3 * count(Epoch, short)
        assert count(LatestReturn, long) == count(LatestReturn, short)
        assert session.execute(select(func.max(col(VariationReturn.epoch)))).scalar_one() == 60
    ledgers = [api.get(f"/runs/{run_id}/ledger")["by_purpose"]["training"] for run_id in (short, long)]
    assert ledgers[1] == 3 * ledgers[0]
    assert count_returns(database, long) > 2 * count_returns(database, short)
    for path in ("returns", "gates", "figures/learning_curve", "figures/variation_heatmap"):
        api.get(f"/runs/{long}/{path}")
    more_runs(database, api.cancelled(name="template"), 30)
    settle(database)
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(Run)).scalar_one() == 30
    assert api.get("/runs", q="maze")["total"] == 4
    assert api.get("/runs", tag="paper")["total"] == 3
    database.close()
