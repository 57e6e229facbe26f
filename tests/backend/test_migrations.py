"""Migrations make exactly the tables that the models describe, on both databases, however many start them at once."""

import os
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

from backend.db import Database
from backend.settings import Settings

_ROOT = Path(__file__).parent.parent.parent


def _alembic(url: str, data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": url, "GSL_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-W", "error", "-m", "alembic", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def _check(url: str, data_dir: Path) -> None:
    """Two migrate at once; then the tables equal the models, and everything can be taken back."""
    _end_well([_alembic(url, data_dir, "upgrade", "head") for _ in range(2)])
    database = Database(Settings(database=url, data_dir=data_dir).database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    with database.engine.begin() as connection:
        config = Config(_ROOT / "alembic.ini", attributes={"connection": connection})
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    database.close()


def _end_well(processes: list[subprocess.Popen[str]]) -> None:
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), said


def test_migrations_equal_the_models_on_sqlite(tmp_path: Path) -> None:
    _check("", tmp_path)


def test_migrations_equal_the_models_on_postgresql(empty_postgres: str, tmp_path: Path) -> None:
    _check(empty_postgres, tmp_path)
