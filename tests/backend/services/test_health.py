"""What the server says about itself while its database, broker, disk or workers fail it."""

import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlmodel import SQLModel, select

from gsl.backend.db.columns import now
from gsl.backend.db.engine import Database
from gsl.backend.db.models import Job
from gsl.backend.errors import UnavailableError
from gsl.backend.services import health as health_module
from gsl.backend.services.app_services import Services
from gsl.backend.services.health import Check, HealthWatch, Report
from gsl.backend.settings import Settings
from gsl.protocol.api import HealthProblem
from tests.backend.api_driver import ApiDriver
from tests.backend.conftest import settings_on
from tests.backend.marks import ON_OWN_FILE, ON_SQLITE
from tests.backend.services.broker import short_folder, valkey


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests keep the processors busy."""
    monkeypatch.setattr(health_module, "_PATIENCE_S", 20.0)


@pytest.fixture
def file(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def look(services: Services, **changed: Any) -> tuple[HealthProblem, ...]:
    """The problems that a new watch finds."""
    return HealthWatch(services.settings.model_copy(update=changed), services.database).report().problems


def health(api: ApiDriver, services: Services, status: int = 200) -> Any:
    object.__setattr__(services, "health", HealthWatch(services.settings, services.database))
    return api.get("/health", status)


@ON_OWN_FILE
def test_a_removed_database_is_reported_and_nothing_is_stored(api: ApiDriver, services: Services, file: Path) -> None:
    run_id = api.launch()
    assert health(api, services)["status"] == "ok"
    file.rename(file.with_name("away"))
    assert str(file) in health(api, services, 503)["detail"]
    for method, path in (("POST", "/runs"), ("GET", "/runs"), ("POST", f"/runs/{run_id}/cancel")):
        assert str(file) in api.ask(method, path, 503, json={"preset": "forkmaze-quick"})["detail"]
    assert not file.exists()
    file.with_name("away").rename(file)
    assert health(api, services)["problems"] == []
    assert api.get(f"/runs/{run_id}")["status"] == "queued"


@ON_OWN_FILE
def test_a_replaced_database_is_reported_and_nothing_is_stored(api: ApiDriver, services: Services, file: Path) -> None:
    api.launch()
    backup = file.with_name("backup")
    shutil.copy(file, backup)
    backup.replace(file)
    assert "replaced" in health(api, services, 503)["detail"]
    assert "replaced" in api.post("/runs", {"preset": "forkmaze-quick"}, 503)["detail"]


@ON_SQLITE
def test_a_database_that_can_only_be_read_is_reported(services: Services, file: Path, tmp_path: Path) -> None:
    read_only = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(UnavailableError, match="readonly"):
        HealthWatch(settings_on(tmp_path), read_only).report()
    read_only.close()


def test_a_postgresql_that_can_only_be_read_is_reported(empty_postgres: str, tmp_path: Path) -> None:
    settings = settings_on(tmp_path, empty_postgres)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with psycopg.connect(empty_postgres, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET default_transaction_read_only = on'.encode())
    with pytest.raises(UnavailableError, match="read-only"):
        HealthWatch(settings, database).report()
    database.close()


@ON_SQLITE
def test_a_busy_database_is_well(services: Services, file: Path) -> None:
    assert look(services) == ()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert look(services) == ()


@ON_SQLITE
def test_a_disk_that_is_nearly_full_is_reported_once(services: Services) -> None:
    free = shutil.disk_usage(services.settings.data_dir).free // 10**6
    [problem] = look(services, low_disk_mb=free + 10_000)
    assert (problem.part, str(services.settings.data_dir) in problem.message) == ("disk", True)
    assert look(services, low_disk_mb=0) == ()


@ON_SQLITE
def test_a_broker_that_stopped_is_reported_without_its_password(services: Services) -> None:
    with short_folder() as folder:
        with valkey(folder / "s"):
            assert look(services, redis_url=f"redis+socket://{folder}/s") == ()
        [problem] = look(services, redis_url=f"redis+socket://{folder}/s")
    assert problem.part == "broker"
    [problem] = look(services, redis_url="redis://:secret@127.0.0.1:1/0")
    assert "127.0.0.1:1" in problem.message
    assert "secret" not in problem.message


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """Takes connections and says nothing, as one whose machine is stuck does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@ON_SQLITE
def test_nobody_waits_for_a_silent_broker(
    services: Services, silent_broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "_PATIENCE_S", 1.0)
    settings = services.settings.model_copy(update={"redis_url": silent_broker})
    watch = HealthWatch(settings, services.database)
    started = time.monotonic()
    reports = [watch.report() for _ in range(5)]
    assert time.monotonic() - started < 2
    assert [[problem.part for problem in report.problems] for report in reports] == [["broker"]] * 5


@ON_SQLITE
def test_a_busy_server_is_well_until_its_last_answer_is_old(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_PATIENCE_S", 0.01), ("_KEPT_S", -1.0)):
        monkeypatch.setattr(health_module, name, value)
    slow, answered = threading.Event(), threading.Event()
    slow.set()

    def ask() -> Report:
        slow.wait(20)
        answered.set()
        return Report(live_workers=2)

    silent = Report((HealthProblem(part="database", message="silent"),))
    check = Check(ask, silent)
    check.begin()
    assert answered.wait(20)
    while check.report() == silent:
        time.sleep(0.01)
    slow.clear()
    check.begin()
    assert check.report() == Report(live_workers=2)
    monkeypatch.setattr(health_module, "_BELIEVED_S", 0.0)
    assert check.report() == silent
    slow.set()


def test_jobs_that_wait_for_a_worker_in_vain_are_reported(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    assert look(services) == ()
    with services.database.write() as session:
        session.exec(select(Job).where(Job.run_id == run_id)).one().queued_at = now() - timedelta(minutes=1)
    [problem] = look(services)
    assert (problem.part, "forkmaze" in problem.message) == ("workers", True)
    api.announce("w1", "procgen")
    [problem] = look(services)
    assert "w1 (procgen)" in problem.message
    api.announce("w2", "forkmaze")
    assert [problem.part for problem in look(services)] == ["broker"]
    assert health(api, services)["live_workers"] == 2


@ON_SQLITE
def test_without_a_broker_a_worker_that_does_not_ask_is_reported(api: ApiDriver, services: Services) -> None:
    """One whose own settings name a broker, where nobody sends anything."""
    job_id = api.job(api.launch())
    api.announce("w1", "forkmaze")
    assert look(services) == ()
    with services.database.write() as session:
        session.get_one(Job, job_id).queued_at = now() - timedelta(minutes=1)
    [problem] = look(services)
    assert (problem.part, "w1" in problem.message, "REDIS_URL" in problem.message) == ("broker", True, True)
    api.claim(job_id)
    assert look(services) == ()
