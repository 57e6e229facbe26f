"""How long figures take on a run with a million stored returns: `python -m benchmarks.figures [folder]`.

Builds a Procgen-sized run (1024 levels, 75 specialists) in SQLite, or takes the one the folder has from last time, and
prints the milliseconds of query, figure and JSON together. Every figure should stay below 300 ms.
"""

import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import SQLModel

from backend.db import Database
from backend.figures import FIGURES, Wanted
from backend.figures.style import View
from backend.models import VariationReturn
from gsl.config.presets import PRESETS
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=3050, specialist=61, finetune=4500, seen=100, evaluate_every=50)
ROUNDS = 5
LIMIT_MS = 300


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="gsl-figures-"))
    database = Database(f"sqlite:///{folder / 'gsl.db'}")
    run_id = _build(database)
    with database.read() as session:
        print(f"{session.execute(select(func.count()).select_from(VariationReturn)).scalar_one():,} stored returns")
    slowest = max(_measure(database, run_id, name, paper) for name, paper in _cases())
    print(f"slowest: {slowest:.0f} ms (limit {LIMIT_MS} ms)")
    return 0 if slowest <= LIMIT_MS else 1


def _cases() -> list[tuple[str, bool]]:
    return [(name, False) for name in FIGURES] + [("variation_histogram", True)]


def _build(database: Database) -> int:
    SQLModel.metadata.create_all(database.engine)
    with database.write() as session:
        if session.execute(select(func.count()).select_from(VariationReturn)).scalar_one():
            return 1
        return store_run(session, PRESETS["procgen-paper"].config, SIZE)


def _measure(database: Database, run_id: int, name: str, paper: bool) -> float:
    """Median milliseconds of a figure from rows to JSON."""
    times, size = [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with database.read() as session:
            wanted = Wanted(view=View(metric="return", width=1200), paper=paper)
            size = len(FIGURES[name].build(session, run_id, wanted).to_json())
        times.append((time.perf_counter() - started) * 1000)
    median = sorted(times)[ROUNDS // 2]
    print(f"{name + (' (paper)' if paper else ''):30} {median:6.0f} ms {size / 1024:6.0f} KiB")
    return median


if __name__ == "__main__":
    sys.exit(main())
