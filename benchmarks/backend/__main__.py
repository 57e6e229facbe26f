"""What the backend costs: python -m benchmarks.backend [sqlite] [postgresql] [peers] [--returns 10].

For each database a real server, asked over a socket: every route of a run's page with a million returns and with ten
times as many, with 1024 variations and with 10 240; the list of runs with 1000 and 10 000, its filters and last pages;
reports in small and large batches; fifty event streams beside twenty workers. Then the same work at MLflow and Trackio,
which are installed into environments of their own. Processor time is that of the server and its database, so other
load on the machine matters little. Results go to benchmarks/results/backend.json, where parts that were not measured
stay; exit code 1 when a goal is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.backend import results as kept
from benchmarks.backend.crowd import crowd
from benchmarks.backend.intake import intake
from benchmarks.backend.peers import compare
from benchmarks.backend.results import Machine, Measured, Results, tables
from benchmarks.backend.routes import Api, list_growth, run_page_growth
from benchmarks.backend.servers import our_server
from benchmarks.backend.stored import count_returns, more_runs, settle, stored_run
from gsl.atomic_file import write_text
from gsl.backend.db.engine import Database
from gsl.backend.settings import Settings
from tests.backend.figures.stored_run import Size
from tests.postgres import postgres_server

PARTS = ("sqlite", "postgresql", "peers")
WIDE = Size(generalist=40, specialist=2, finetune=40, seen=100, evaluate_every=20)
"""Of the runs that differ in their number of variations."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all")
    parser.add_argument("--returns", type=float, default=10, help="millions in the larger run")
    parser.add_argument("--results", type=Path, default=kept.FILE)
    given = parser.parse_args()
    known = Results.model_validate_json(given.results.read_text()) if given.results.exists() else None
    databases, peers = dict(known.databases) if known else {}, dict(known.peers) if known else {}
    for part in given.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="gsl-backend-") as folder:
            print(f"Measuring {part}", flush=True)
            if part == "peers":
                peers = compare(Path(folder))
            else:
                databases[part] = _measured(part, Path(folder), round(10 * given.returns))
        found = Results(measured_at=datetime.now(UTC), machine=Machine.here(), databases=databases, peers=peers)
        write_text(given.results, found.model_dump_json(indent=1) + "\n")
    print(tables(found))
    for miss in found.broken:
        print(f"missed: {miss}")
    return 1 if found.broken else 0


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, tuple[psutil.Process, ...]]]:
    """Its URL, empty for SQLite, and its process."""
    if kind == "sqlite":
        yield "", ()
        return
    with postgres_server() as uri:
        process = Path(uri.partition("host=")[2]) / "postmaster.pid"
        yield uri, (psutil.Process(int(process.read_text().splitlines()[0])),)


def _measured(kind: str, folder: Path, times: int) -> Measured:
    with _database(kind) as (url, beside), our_server(folder, url, beside) as server:
        database = Database(Settings(data_dir=folder, database=url).database_url)
        api = Api(server)
        small, large = (stored_run(database, max(1, each)) for each in (times // 10, times))
        narrow, wide = (stored_run(database, variations=each, size=WIDE) for each in (1024, 10_240))
        template = api.driver.cancelled(name="template", tags=["made up"], preset="procgen-paper")
        more_runs(database, template, 1000)
        settle(database)

        def grow() -> None:
            more_runs(database, template, 10_000)
            settle(database)

        found = Measured(
            returns=count_returns(database, large),
            growth={
                "returns": run_page_growth(api, small, large),
                "variations": run_page_growth(api, narrow, wide),
                "runs": list_growth(api, 1000, grow),
            },
            intake=intake(api),
            crowd=crowd(api),
            peak_mib=round(server.peak_mib(), 1),
        )
        database.close()
        return found


if __name__ == "__main__":
    sys.exit(main())
