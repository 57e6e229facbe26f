"""Two servers with their own data, and a backup of the first, on either database."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from alembic import command
from alembic.config import Config

from gsl.backend.app import create_app
from gsl.backend.backup.__main__ import main
from gsl.backend.db.engine import Database
from gsl.backend.services.app_services import Services
from gsl.backend.settings import Settings
from tests.backend.api_driver import BEARER, ApiDriver, epoch, started
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.postgres import programs

ROOT = Path(__file__).parents[3]


def upgrade(settings: Settings, revision: str = "head") -> None:
    database = Database(settings.database_url)
    with database.engine.execution_options(gsl_write=True).begin() as connection:
        command.upgrade(Config(ROOT / "alembic.ini", attributes={"connection": connection}), revision)
    database.close()


@contextmanager
def server(settings: Settings) -> Iterator[ApiDriver]:
    """As the product starts it: the tables are brought up to date first."""
    upgrade(settings)
    app = create_app(settings)
    services: Services = app.state.services
    try:
        with serving(app) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            yield ApiDriver(client)
            services.events.close()
    finally:
        services.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Settings of two servers with their own data."""
    monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "team").mkdir()
    urls = ["", ""]
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        names = [f"gsl_{uuid4().hex[:12]}" for _ in urls]
        with psycopg.connect(server, autocommit=True) as database:
            for name in names:
                database.execute(f"CREATE DATABASE {name}".encode())
        urls = [server.replace("/postgres?", f"/{name}?", 1) for name in names]
    return [settings_on(tmp_path / folder, url) for folder, url in zip(("team", "restored"), urls, strict=True)]


def environment(settings: Settings) -> dict[str, str]:
    left_out = ("GSL_", "DATABASE_URL", "REDIS_URL")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    own = {"GSL_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(ROOT)}
    return inherited | own | ({"DATABASE_URL": settings.database} if settings.database else {})


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> int:
    """The command in this process."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    return main(list(arguments))


def work_on(api: ApiDriver) -> int:
    """A run at its gate with a checkpoint and a log, and one at work."""
    run_id = api.at_the_gate(name="backed up")
    log = api.client.post(f"/api/v1/jobs/{api.job(run_id)}/log?attempt=1&offset=0", content=b"said\n", headers=BEARER)
    assert log.status_code in (200, 409)
    busy = api.launch(name="at work")
    api.claim(api.job(busy))
    api.report(api.job(busy), started(), epoch(1))
    api.upload(api.job(busy), b"policy of epoch 1")
    assert api.client.post(
        f"/api/v1/jobs/{api.job(busy)}/log?attempt=1&offset=0", content=b"busy\n", headers=BEARER
    ).is_success
    return run_id


def make(settings: Settings, file: Path) -> Path:
    with server(settings) as api, pytest.MonkeyPatch.context() as patch:
        work_on(api)
        assert run(patch, settings, "save", str(file)) == 0
    return file


@pytest.fixture(scope="module")
def sqlite_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    (folder / "data").mkdir()
    return make(settings_on(folder / "data"), folder / "gsl.zip")


@pytest.fixture
def backup(places: list[Settings], request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if places[0].database:
        return make(places[0], tmp_path / "gsl.zip")
    return Path(shutil.copy(request.getfixturevalue("sqlite_backup"), tmp_path))
