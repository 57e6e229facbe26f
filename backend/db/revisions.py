"""Brings a database's tables up to date, or says in one sentence why that cannot be.

`python -m gsl.backend.db.revisions` does so for the database of the settings; `make up` and `gsl up` do it themselves.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from gsl.backend.db.engine import make_engine
from gsl.backend.db.sqlite_file import file_of
from gsl.backend.settings import Settings

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_PATIENCE_S = 3


class UnusableDatabaseError(RuntimeError):
    """Why the database cannot be used, in one sentence."""


def migrate(url: str) -> None:
    """Raises `UnusableDatabaseError` if the database is unavailable, is none, or was made by a newer version."""
    check_known(url)
    try:
        config = _config()
        config.attributes["url"] = url
        command.upgrade(config, "head")
    except DatabaseError as error:
        reason = str(error.orig).splitlines()[0]
        raise UnusableDatabaseError(f"{_named(url)} cannot be used: {reason}. {_remedy(url)}") from error


def check_known(url: str) -> None:
    """Raises `UnusableDatabaseError` if the database was made by a newer version.

    One that is away or has not been made passes: it may come, and until then health says what is wrong.
    """
    scripts = ScriptDirectory.from_config(_config())
    unknown = _revisions(url) - known_revisions()
    if unknown:
        raise UnusableDatabaseError(
            f"{_named(url)} was made by a newer version of GSL Lab, or by another program (its revision is "
            f"{', '.join(sorted(unknown))}; this version knows revisions up to {scripts.get_current_head()}). "
            f"Install that version, or {_other(url)}"
        )


def known_revisions() -> set[str]:
    """Revisions from which this version can bring a database up to date."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _named(url: str) -> str:
    """The database without its user and password."""
    parsed = make_url(url)
    return f"The database {file_of(parsed) or f'{parsed.database} on {parsed.host}'}"


def _remedy(url: str) -> str:
    if file_of(make_url(url)) is None:
        return "Start it, or correct DATABASE_URL."
    return f"Restore it from a backup, or {_other(url)}"


def _other(url: str) -> str:
    return "set GSL_DATA_DIR to another folder." if file_of(make_url(url)) else "set DATABASE_URL to another database."


def _revisions(url: str) -> set[str]:
    parsed = make_url(url)
    file = file_of(parsed)
    if file is not None and not file.exists():
        return set()
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.update_query_dict({"connect_timeout": str(_PATIENCE_S)})
    engine = make_engine(parsed.render_as_string(hide_password=False), probing=True)
    try:
        with engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError:
        return set()
    finally:
        engine.dispose()


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
