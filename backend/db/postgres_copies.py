"""Copies of a PostgreSQL database, by its own programs pg_dump and pg_restore."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from gsl.backend.db.copies import LEFT_OUT, Contents, CopyError, DatabaseCopies, contents

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
_LEAVING_S = 2.0  # a connection that was closed just now, by us or by a server that stopped, is still counted
_VARIABLES = {"dbname": "PGDATABASE", "application_name": "PGAPPNAME"}


class PostgresCopies(DatabaseCopies):
    """A copy is what `pg_dump --format=custom` writes."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)

    def take(self, target: Path) -> Contents:
        """pg_dump reads the very state that is counted here."""
        with _connected(self._url) as database:
            database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = contents(lambda query: database.execute(query.encode()).fetchall(), _TABLES)
            snapshot = database.execute("SELECT pg_export_snapshot()").fetchone()
            assert snapshot is not None
            options = [f"--snapshot={snapshot[0]}", f"--exclude-table-data={LEFT_OUT}", f"--file={target}"]
            self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *options)
        return found

    def is_empty(self) -> bool:
        with _connected(self._url) as database:
            return not database.execute(_TABLES.encode()).fetchall()

    @contextmanager
    def alone(self) -> Iterator[None]:
        if others := self._others():
            time.sleep(_LEAVING_S)
            others = self._others()
        if others:
            raise CopyError(f"The database is in use by {others} other connections: stop the server first.")
        yield

    def _others(self) -> object:
        """How many others are connected."""
        with _connected(self._url) as database:
            found = database.execute(_OTHERS.encode()).fetchone()
        return 0 if found is None else found[0]

    def put(self, source: Path) -> None:
        """In one transaction."""
        self._check_nothing_else(source)
        whole = ("--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges")
        name = _variables(self._url).get("PGDATABASE", "")
        self._run("pg_restore", *whole, f"--dbname={name}", str(source))

    def _check_nothing_else(self, source: Path) -> None:
        """Tables that the copy does not replace would be in the way of migrations."""
        listed = (line.split() for line in self._run("pg_restore", "--list", str(source)).splitlines())
        known = {words[5] for words in listed if words[3:4] == ["TABLE"] and words[4] != "DATA"}
        with _connected(self._url) as database:
            there = {str(name) for (name,) in database.execute(_TABLES.encode()).fetchall()}
        if more := sorted(there - known):
            raise CopyError(
                f"The database has tables that the backup does not replace ({', '.join(more)}): it was made by a newer "
                "version, or by another program. Set DATABASE_URL to an empty database."
            )

    def _run(self, program: str, *options: str) -> str:
        """The password is in the environment, which no other user sees."""
        found = shutil.which(program)
        if found is None:
            raise CopyError(
                f"{program} is not installed: install PostgreSQL's client programs, of the server's version or newer."
            )
        ended = subprocess.run(
            [found, *options], env=os.environ | _variables(self._url), capture_output=True, text=True, check=False
        )
        if ended.returncode:
            raise CopyError(f"{program} failed: {' '.join(ended.stderr.split())}")
        return ended.stdout


@contextmanager
def _connected(url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    try:
        with psycopg.connect(url, connect_timeout=10) as database:
            yield database
    except psycopg.Error as error:
        raise CopyError(f"The database cannot be used: {' '.join(str(error).split())}") from error


def _variables(url: str) -> dict[str, str]:
    """What libpq's programs read instead of an address."""
    given = conninfo_to_dict(url)
    return {_VARIABLES.get(name, f"PG{name.upper()}"): str(value) for name, value in given.items() if value is not None}
