"""`python -m gsl.backend.migrate` brings the database's tables up to date; `make up` and `gsl up` do so themselves."""

import sys

from gsl.backend.db.revisions import UnusableDatabaseError, migrate
from gsl.backend.settings import Settings


def main() -> int:
    """The exit status: 1 if the database cannot be used."""
    try:
        migrate(Settings().database_url)
    except UnusableDatabaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
