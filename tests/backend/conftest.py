"""The application on SQLite and on a real PostgreSQL, each test with a database of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.db.engine import Database
from gsl.backend.services.app_services import Services
from gsl.backend.settings import Settings
from tests.backend.api_driver import METRICS_TOKEN, OWNER_TOKEN, TOKEN, ApiDriver
from tests.backend.server import serving
from tests.postgres import postgres_server

ByKind = Callable[[str], Database]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server of our own."""
    with postgres_server() as uri:
        yield uri


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """URL of a new database without tables."""
    name = f"gsl_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return postgres.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture(scope="session")
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByKind]:
    """The database of a kind, with our tables, for all tests.

    It stays open, because SQLAlchemy compiles each statement anew for each engine, which takes longer than most tests.
    """
    opened: dict[str, Database] = {}

    def of(kind: str) -> Database:
        if kind not in opened:
            url = request.getfixturevalue("postgres") if kind == "postgresql" else ""
            opened[kind] = _with_tables(settings_on(tmp_path_factory.mktemp("database"), url))
        return opened[kind]

    yield of
    for database in opened.values():
        database.close()


def _with_tables(settings: Settings) -> Database:
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, shared_database: ByKind, tmp_path: Path) -> Iterator[Database]:
    """Our tables without a row."""
    if request.param == "file":
        database = _with_tables(settings_on(tmp_path))
        yield database
        database.close()
    else:
        yield _emptied(shared_database(request.param))


def _emptied(database: Database) -> Database:
    tables = [f'"{name}"' for name in SQLModel.metadata.tables]
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table in tables:
                connection.exec_driver_sql(f"DELETE FROM {table}")
    return database


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of a server on either database."""
    return settings_on(tmp_path, database.url)


def settings_on(data_dir: Path, url: str = "") -> Settings:
    """Settings that the environment does not reach, with known tokens and no page."""
    return Settings(
        data_dir=data_dir, database=url, artifacts="", redis_url="", page_dir=data_dir / "page",
        token=SecretStr(TOKEN), owner=SecretStr(OWNER_TOKEN), metrics=SecretStr(METRICS_TOKEN),
    )  # fmt: skip


@pytest.fixture
def services(settings: Settings, database: Database) -> Services:
    return Services.open(settings, database)


@pytest.fixture
def app(settings: Settings, services: Services) -> FastAPI:
    """An application of the test's own."""
    app = create_app(settings)
    app.state.services = services
    return app


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application behind the server that tests share: an application takes 0.3 s to prepare its routes."""
    return create_app(settings_on(tmp_path_factory.mktemp("shared")))


@pytest.fixture(scope="session")
def address(shared_app: FastAPI) -> Iterator[str]:
    """Of a real server, in which nothing happens by itself."""
    with serving(shared_app) as address:
        yield address


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def api(shared_app: FastAPI, client: httpx.Client, services: Services) -> ApiDriver:
    """The routes behind the shared server, which works with this test's database and files."""
    shared_app.state.services = services
    return ApiDriver(client)
