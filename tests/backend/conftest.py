"""The application on SQLite and on a real PostgreSQL, each test with a database of its own."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import SQLModel

from backend.app import create_app
from backend.db.engine import Database
from backend.services.app_services import Services
from backend.settings import Settings
from tests.backend.api_driver import TOKEN, ApiDriver
from tests.backend.server import serving
from tests.postgres import postgres_server


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
def postgres_with_tables(postgres: str) -> str:
    """URL of a database with our tables, which tests empty before they use it."""
    database = Database(Settings(database=postgres).database_url)
    SQLModel.metadata.create_all(database.engine)
    database.close()
    return postgres


def _emptied(url: str) -> str:
    tables = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a server on either database."""
    on_postgres = request.param == "postgresql"
    return settings_on(tmp_path, _emptied(request.getfixturevalue("postgres_with_tables")) if on_postgres else "")


def settings_on(data_dir: Path, url: str = "") -> Settings:
    """Settings that the environment does not reach, with a known worker token and no page."""
    return Settings(
        data_dir=data_dir, database=url, artifacts="", redis_url="", token=SecretStr(TOKEN), page_dir=data_dir / "page"
    )


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = Services.open(settings)
    SQLModel.metadata.create_all(services.database.engine)
    yield services
    services.database.close()


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


@pytest.fixture
def api(shared_app: FastAPI, address: str, services: Services) -> Iterator[ApiDriver]:
    """The routes behind the shared server, which works with this test's database and files."""
    shared_app.state.services = services
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield ApiDriver(client)
