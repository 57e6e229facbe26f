"""Which checkpoints nobody needs any more: `python -m gsl.backend.retention --days 30` lists them, and removes none.

With `--delete` it removes them at once; with GSL_KEEP_CHECKPOINTS_DAYS the server does so every hour.
"""

import argparse
import sys
from pathlib import Path

from dotenv import load_dotenv
from sqlalchemy.exc import SQLAlchemyError

from gsl.backend.services.app_services import Services
from gsl.backend.services.retention import sweep
from gsl.backend.settings import read_settings
from gsl.backend.store import retention


def listing(services: Services, days: float) -> str:
    """What is stored, and a line for each file that may go."""
    with services.database.read() as session:
        kinds, rows = retention.stored(session), retention.removable(session, days)
    lines = [f"run {row.run_id}  {row.job_key}  {row.kind}  {row.name}  {_mb(row.size)}" for row in rows]
    stored = ", ".join(f"{one.files} of kind {one.kind} ({_mb(one.size)})" for one in kinds) or "nothing"
    ended = f"of jobs that ended {days:g} days ago"
    summary = f"{len(rows)} checkpoints {ended} may be removed ({_mb(retention.total(rows))})"
    return "\n".join([*lines, f"Stored: {stored}", summary])


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gsl.backend.retention", description="Checkpoints not needed.")
    parser.add_argument("--days", type=float, help="since the job ended; else GSL_KEEP_CHECKPOINTS_DAYS")
    parser.add_argument("--delete", action="store_true", help="remove them")
    given = parser.parse_args(arguments)
    load_dotenv(Path.cwd() / ".env")
    try:
        services = Services.open(read_settings())
        days = services.settings.checkpoint_days if given.days is None else given.days
        if days is None or days < 0:
            parser.error("say --days, a number that is not negative, or set GSL_KEEP_CHECKPOINTS_DAYS")
        print(listing(services, days))
        if given.delete:
            files, size = sweep(services, days)
            print(f"Removed {files} files ({_mb(size)}).")
        services.database.close()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"The database cannot be used: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
