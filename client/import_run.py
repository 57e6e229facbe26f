"""Import runs into a server: python -m client.import_run benchmarks/results/gsl_procgen/*.json.gz --url URL

The files are records from `Client.record` or from benchmarks. Runs that were imported before are left as they are.
With --experiment the runs join the experiment of that name, which is created if necessary, to be compared there.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from client.api import Client
from client.errors import ApiError
from gsl.record import read


def import_all(api: Client, files: Sequence[Path], experiment: str | None) -> int:
    """Imports the files and prints the outcome of each; returns how many failed."""
    wrong, place = 0, None if experiment is None else _experiment(api, experiment)
    for file in files:
        try:
            run = api.import_run(read(file), experiment_id=place)
        except (OSError, ValueError, ApiError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            wrong += 1
        else:
            print(f"{file}: run {run.id}, {run.name}, {run.status}")
    return wrong


def _experiment(api: Client, name: str) -> int:
    found = next((each for each in api.experiments() if each.name == name), None)
    return (found or api.create_experiment(name)).id


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m client.import_run", description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="records, .json or .json.gz")
    parser.add_argument(
        "--url", default=os.environ.get("GSL_API_URL", "http://127.0.0.1:8000"), help="address of the server"
    )
    parser.add_argument("--experiment", help="name of the experiment that the runs join")
    given = parser.parse_args()
    with Client(given.url) as api:
        return 1 if import_all(api, given.files, given.experiment) else 0


if __name__ == "__main__":
    sys.exit(main())
