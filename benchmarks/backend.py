"""How fast the backend takes, lists and draws: python -m benchmarks.backend [--folder FOLDER].

A real server on SQLite, asked over a socket: points a second through a worker's reports, milliseconds of the lists that
the page asks for with 200 runs in the database, and of every figure of a Procgen-sized run (1024 levels, 75
specialists, about a million stored returns). A given folder keeps that run for the next time. Results go to
benchmarks/results/backend.json; exit code 1 when a limit is exceeded.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlmodel import SQLModel

from backend.app import create_app
from backend.db.engine import Database
from backend.db.models import Run, VariationReturn
from backend.services.app_services import Services
from backend.settings import Settings
from gsl.atomic_file import write_text
from gsl.config.presets import PRESETS
from gsl.protocol.reports import Wire
from tests.backend.api_driver import TOKEN, ApiDriver, epoch, returns, started
from tests.backend.figures.stored_run import Size, store_run
from tests.backend.server import serving

RESULTS = Path(__file__).parent / "results" / "backend.json"
SIZE = Size(generalist=3050, specialist=61, finetune=4500, seen=100, evaluate_every=50)
RUNS = 200
ROUNDS = 7
LISTS = (
    "/runs", "/runs/{run}", "/runs/{run}/jobs", "/runs/{run}/returns", "/runs/{run}/plateaus", "/runs/{run}/ledger",
    "/runs/{run}/events", "/experiments", "/workers", "/queue",
)  # fmt: skip
LEAST_POINTS_A_SECOND = 20_000
MOST_LIST_MS = 100
MOST_FIGURE_MS = 300


class Results(Wire):
    """Medians; milliseconds from the request to the whole answer."""

    measured_at: datetime
    stored_returns: int
    runs: int
    ingest_points_a_second: float
    list_ms: dict[str, float]
    figure_ms: dict[str, float]
    answer_kib: dict[str, float]

    @property
    def broken(self) -> list[str]:
        """What is slower than it may be."""
        slow = [f"{name}: {ms:.0f} ms" for name, ms in self.list_ms.items() if ms > MOST_LIST_MS]
        slow += [f"{name}: {ms:.0f} ms" for name, ms in self.figure_ms.items() if ms > MOST_FIGURE_MS]
        if self.ingest_points_a_second < LEAST_POINTS_A_SECOND:
            slow.append(f"ingest: {self.ingest_points_a_second:,.0f} points/s")
        return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keeps the stored run for the next time")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.folder is not None:
        return _main(given.folder, given.results)
    with tempfile.TemporaryDirectory(prefix="gsl-backend-") as folder:
        return _main(Path(folder), given.results)


def _main(folder: Path, file: Path) -> int:
    settings = Settings(
        data_dir=folder, database="", artifacts="", redis_url="", token=SecretStr(TOKEN), page_dir=folder / "page"
    )
    app = create_app(settings)
    services: Services = app.state.services
    run_id, stored = _build(services.database)
    with serving(app) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        results = _measure(ApiDriver(client), run_id, stored)
    services.database.close()
    write_text(file, results.model_dump_json(indent=1) + "\n")
    _tell(results)
    return 1 if results.broken else 0


def _build(database: Database) -> tuple[int, int]:
    """The large run, and the number of stored returns."""
    SQLModel.metadata.create_all(database.engine)
    with database.write() as session:
        run_id = session.execute(select(Run.id).where(Run.name == "stored")).scalar()  # type: ignore[call-overload]  # SQLModel types a column as its value
        if run_id is None:
            run_id = store_run(session, PRESETS["procgen-paper"].config, SIZE)
        stored = session.execute(select(func.count()).select_from(VariationReturn)).scalar_one()
    return int(run_id), int(stored)


def _measure(api: ApiDriver, run_id: int, stored: int) -> Results:
    there = int(api.get("/runs", limit=1)["total"])
    for number in range(there, RUNS):
        api.cancelled(name=f"run {number}", tags=["made up"])
    sizes: dict[str, float] = {}

    def asked(path: str) -> Callable[[], None]:
        def ask() -> None:
            sizes[path] = len(api.response("GET", path).content) / 1024

        return ask

    lists = {path: path.format(run=run_id) for path in LISTS}
    figures = [figure["name"] for figure in api.get(f"/runs/{run_id}/figures")]
    return Results(
        measured_at=datetime.now(UTC),
        stored_returns=stored,
        runs=RUNS,
        ingest_points_a_second=_ingest(api),
        list_ms={name: _median_ms(asked(path)) for name, path in lists.items()},
        figure_ms={name: _median_ms(asked(f"/runs/{run_id}/figures/{name}")) for name in figures},
        answer_kib=sizes,
    )


def _ingest(api: ApiDriver) -> float:
    """Returns of variations that a worker's reports bring, a second: 100 an epoch, 25 epochs a batch."""
    job_id = api.job(api.launch(preset="procgen-paper", name="ingest"))
    api.claim(job_id)
    api.report(job_id, started(), epoch(1))
    batches = [
        [epoch(25 * batch + number, returns=returns([0.5] * 100)) for number in range(1, 26)] for batch in range(ROUNDS)
    ]
    seconds = []
    for batch in batches:
        begun = time.perf_counter()
        api.report(job_id, *batch)
        seconds.append(time.perf_counter() - begun)
    return 25 * 100 / statistics.median(seconds)


def _median_ms(ask: Callable[[], None]) -> float:
    ask()
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def _tell(results: Results) -> None:
    print(f"{results.stored_returns:,} stored returns, {results.runs} runs")
    print(f"ingest: {results.ingest_points_a_second:,.0f} points/s (at least {LEAST_POINTS_A_SECOND:,})")
    for title, most, times in (
        ("lists", MOST_LIST_MS, results.list_ms),
        ("figures", MOST_FIGURE_MS, results.figure_ms),
    ):
        print(f"{title} (at most {most} ms)")
        for name, ms in times.items():
            print(f"  {name:28} {ms:6.0f} ms")
    for slow in results.broken:
        print(f"too slow: {slow}")


if __name__ == "__main__":
    sys.exit(main())
