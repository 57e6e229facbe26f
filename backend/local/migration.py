"""Brings the database up to date before the API starts, or says in one sentence why that cannot be."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from backend.db.sqlite_file import file_of
from backend.local.data_folder import CannotStart

_CONFIG = Path(__file__).parents[2] / "alembic.ini"


def migrate(database_url: str) -> None:
    """Raises `CannotStart` if the database is unavailable, is none, or was made by a newer version."""
    try:
        command.upgrade(Config(_CONFIG), "head")
    except DatabaseError as error:
        reason = str(error.orig).splitlines()[0]
        raise CannotStart(f"{_named(database_url)} cannot be used: {reason}. {_remedy(database_url)}") from error
    except CommandError as error:
        newest = ScriptDirectory.from_config(Config(_CONFIG)).get_current_head()
        raise CannotStart(
            f"{_named(database_url)} was made by a newer version of GSL Lab, or by another program (this version knows "
            f"revisions up to {newest}; {error}). Install that version, or {_other(database_url)}"
        ) from error


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
