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

from gsl.backend.db.engine import Database
from gsl.backend.settings import Settings

_ROOT = Path(__file__).parents[3]


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


def _upgrade(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        command.upgrade(Config(_ROOT / "alembic.ini", attributes={"connection": connection}), revision)


def _check_rows(url: str, data_dir: Path) -> None:
    """Runs of the first version keep their jobs, become arms named as they are, and are found by their text."""
    database = Database(Settings(database=url, data_dir=data_dir).database_url)
    _upgrade(database, "0001")
    at, nothing, tags = "'2026-01-01 00:00:00+00:00'", "'{}'", """'["na\\u00efve"]'"""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO run (name, suite, arm, seed, config, notes, tags, status, phase, wish, cycle, message, "
            "warnings, total_steps, spent_steps, sparkline, sparkline_stride, revision, sparkline_epochs, created_at, "
            f"updated_at) VALUES ('Übung', 'forkmaze', 'generalist', 3, {nothing}, 'Note', {tags}, 'queued', "
            f"'generalist', 'run', 1, '', '[]', 9, 0, '[]', 1, 0, 0, {at}, {at})"
        )
        connection.exec_driver_sql(
            "INSERT INTO job (run_id, key, kind, phase, cycle, index, spec, status, wish, attempt, losses, "
            "lost_at_steps, queued_at, budget_steps, start_steps, steps, epochs, message, created_at) VALUES "
            f"(1, 'generalist-1', 'generalist', 'generalist', 1, 0, {nothing}, 'queued', 'run', 0, 0, -1, {at}, 9, 0, "
            f"0, 0, '', {at})".replace(" index,", ' "index",')
        )
    _upgrade(database, "head")
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT arm_name, baseline_of FROM run").all()
        assert [tuple(row) for row in found] == [("generalist", None)]
        assert connection.exec_driver_sql("SELECT count(*) FROM job").scalar() == 1
        assert connection.exec_driver_sql("SELECT run_id, text FROM run_text").all() == [(1, "ubung\nnote\nnaive")]
    database.close()


def test_rows_of_the_first_version_are_kept_on_sqlite(tmp_path: Path) -> None:
    _check_rows("", tmp_path)


def test_rows_of_the_first_version_are_kept_on_postgresql(empty_postgres: str, tmp_path: Path) -> None:
    _check_rows(empty_postgres, tmp_path)


def test_migrations_equal_the_models_on_postgresql(empty_postgres: str, tmp_path: Path) -> None:
    _check(empty_postgres, tmp_path)
