"""What the page costs in a browser: python -m benchmarks.page [--minutes 60].

A real server, the built page, a headless Chromium. A run of the paper's shape (1024 variations, 75 specialists, 2000
epochs, a million returns) is reported by a simulated trainer through the worker's own sender. Measured are: loading
the list of runs and that run's page with an empty cache, the epoch slider, a list of 10,000 runs while it is scrolled,
and a list on which 100 runs live. Results go to benchmarks/results/page.json; exit code 1 when a goal is missed.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.backend.results import Machine
from benchmarks.backend.servers import our_server
from benchmarks.backend.stored import count_returns, more_runs
from benchmarks.page import measuring
from benchmarks.page.browser import chromium
from benchmarks.page.simulated import HeldJob, Shape, SimulatedTrainer
from gsl.atomic_file import write_text
from gsl.backend.db.engine import Database
from gsl.backend.settings import Settings
from gsl.client.api import Client
from gsl.protocol.reports import Wire
from tests.backend.api_driver import OWNER, OWNER_TOKEN, TOKEN

FILE = Path(__file__).parents[1] / "results" / "page.json"
PAPER = Shape(long=1000, short=20, seen=450)
RUNS, LIVE = 10_000, 100
GOALS = {
    "list_ms": 1500, "list_kb": 350, "run_usable_ms": 1000, "first_figure_ms": 2000, "slider_ms": 100,
    "with_missing_rows": 0, "list_requests_per_second": 0.667,
}  # fmt: skip
_HEAP_GROWTH = 1.1


class Results(Wire):
    measured_at: datetime
    machine: Machine
    returns: int
    loads: measuring.Loads
    slider_ms: float
    list_answer_ms: float
    scrolled: measuring.Scrolled
    live: measuring.Live

    @property
    def missed(self) -> list[str]:
        found = {**self.model_dump(), **self.loads.model_dump(), **self.scrolled.model_dump(), **self.live.model_dump()}
        missed = [f"{name}: {found[name]}, goal {goal:.3g}" for name, goal in GOALS.items() if found[name] > goal]
        if self.live.heap_last_mib > _HEAP_GROWTH * self.live.heap_first_mib:
            missed.append(f"memory grew from {self.live.heap_first_mib} to {self.live.heap_last_mib} MiB")
        return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="for which 100 runs live on a page")
    parser.add_argument("--results", type=Path, default=FILE)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gsl-page-") as folder, our_server(Path(folder), "") as server:
        found = _measured(server.address, Path(folder), given.minutes)
    write_text(given.results, found.model_dump_json(indent=1) + "\n")
    print(found.model_dump_json(indent=1))
    for miss in found.missed:
        print(f"missed: {miss}")
    return 1 if found.missed else 0


def _measured(address: str, folder: Path, minutes: float) -> Results:
    trainer = SimulatedTrainer(address, TOKEN, folder / "simulated", PAPER)
    with Client(address, OWNER_TOKEN) as api, chromium() as browser:
        run_id = api.create_run("procgen-paper", name="as large as the paper's").id
        trainer.play(api, run_id)
        print("The large run is stored", flush=True)
        loads = measuring.loads(browser, address, OWNER_TOKEN, run_id)
        tab = next(figure.tab or "overview" for figure in api.figures(run_id) if figure.name == "variation_histogram")
        slider = measuring.slider_ms(browser, address, OWNER_TOKEN, run_id, tab)
        jobs = _live_jobs(api, trainer)
        live = measuring.live(browser, address, OWNER_TOKEN, jobs, minutes)
        _fill(folder, api.create_run("procgen-paper", tags=["made up"]).id)
        scrolled = measuring.scrolled(browser, address, OWNER_TOKEN)
        return Results(
            measured_at=datetime.now(UTC), machine=Machine.here(), returns=_returns(folder, run_id), loads=loads,
            slider_ms=slider, list_answer_ms=measuring.answered_ms(lambda: _first_page(address)), scrolled=scrolled,
            live=live,
        )  # fmt: skip


def _live_jobs(api: Client, trainer: SimulatedTrainer) -> list[HeldJob]:
    runs = [api.create_run("procgen-paper", name=f"live {number}").id for number in range(LIVE)]
    return [trainer.hold(next(job.id for job in api.jobs(run) if job.status == "queued")) for run in runs]


def _database(folder: Path) -> Database:
    return Database(Settings(data_dir=folder, database="").database_url)


def _returns(folder: Path, run_id: int) -> int:
    database = _database(folder)
    try:
        return count_returns(database, run_id)
    finally:
        database.close()


def _fill(folder: Path, template: int) -> None:
    """The list, up to 10,000 runs."""
    database = _database(folder)
    more_runs(database, template, RUNS)
    database.close()


def _first_page(address: str) -> httpx.Response:
    return httpx.get(f"{address}/api/v1/runs?limit=50", headers=OWNER, timeout=60, trust_env=False)


if __name__ == "__main__":
    sys.exit(main())
