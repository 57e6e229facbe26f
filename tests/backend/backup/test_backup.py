"""A server is backed up while it works and restored elsewhere, as docs/team.md says; nothing else is ever touched."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import httpx
import psycopg
import pytest
from alembic import command
from alembic.config import Config

from gsl.backend.app import create_app
from gsl.backend.backup.__main__ import main
from gsl.backend.db.engine import Database
from gsl.backend.local.data_folder import lock_data_folder
from gsl.backend.services.app_services import Services
from gsl.backend.settings import Settings
from tests.backend.api_driver import BEARER, OWNER_TOKEN, TOKEN, ApiDriver, epoch, started
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


def written() -> dict[str, list[str]]:
    """The commands of docs/team.md, by their names."""
    section = (ROOT / "docs" / "team.md").read_text().split("\n## Backup and restore\n")[1].split("\n## ")[0]
    block = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[0]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    return {words[1]: words[1:] for words in lines if words[:1] == ["gsl"]}


def carry_out(settings: Settings, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of the page: with `gsl` itself on SQLite, else in this process, which is sooner."""
    name, file, *data = words
    if settings.database:
        assert run(monkeypatch, settings, {"backup": "save"}.get(name, name), file) == 0
        return
    command = [sys.executable, "-m", "gsl.cli.main", name, file, *data]
    ended = subprocess.run(command, env=environment(settings), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "2 runs" in ended.stdout


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


def seen(api: ApiDriver, run_id: int) -> dict[str, bytes]:
    """Everything that people see of a run, byte for byte."""
    paths = [f"/runs/{run_id}/{part}" for part in ("record", "jobs", "artifacts", "returns", "ledger", "metrics")]
    paths += [f"/runs/{run_id}/figures/{figure['name']}" for figure in api.get(f"/runs/{run_id}/figures")]
    paths += [f"/artifacts/{one['id']}/content" for one in api.get(f"/runs/{run_id}/artifacts")]
    paths += [f"/jobs/{job['id']}/log" for job in api.get(f"/runs/{run_id}/jobs")]
    return {path: api.client.get(f"/api/v1{path}").content for path in paths}


def report_until(stop: threading.Event, api: ApiDriver, job: int) -> None:
    """A trainer at work."""
    number = 2
    while not stop.is_set():
        api.report(job, epoch(number))
        api.upload(job, b"policy" * number, name=f"epoch-{number}.ckpt", epoch=number)
        number += 1


def test_what_was_backed_up_at_work_is_shown_elsewhere_byte_for_byte(
    places: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here, there = places
    commands, stop = written(), threading.Event()
    with server(here) as api:
        run_id = work_on(api)
        busy = api.get("/runs")["items"][0]["id"]
        trainer = threading.Thread(target=report_until, args=(stop, api, api.job(busy)))
        trainer.start()
        try:
            carry_out(here, commands["backup"], monkeypatch)
        finally:
            stop.set()
            trainer.join()
        before = seen(api, run_id)
    carry_out(there, commands["restore"], monkeypatch)
    with server(there) as api:
        assert seen(api, run_id) == before
        left = api.get(f"/runs/{busy}/artifacts")
        assert [len(api.client.get(f"/api/v1/artifacts/{one['id']}/content").content) for one in left] == [
            one["size"] for one in left
        ]
        assert api.client.get(f"/api/v1/jobs/{api.job(busy)}/log").text == "busy\n"
        api.report(api.job(busy), epoch(api.get(f"/jobs/{api.job(busy)}")["epochs"] + 1))  # it goes on
    archive = tmp_path / commands["backup"][1]
    assert archive.stat().st_mode & 0o077 == 0
    with ZipFile(archive) as content:
        everything = b"".join(content.read(name) for name in content.namelist())
    assert OWNER_TOKEN.encode() not in everything
    assert TOKEN.encode() not in everything
    assert run(monkeypatch, here, "save", str(archive)) == 1  # no backup is overwritten


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


def test_nothing_is_replaced_unless_force_says_so(
    places: list[Settings], backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(places[1]) as api:
        api.launch(name="made here")
    assert run(monkeypatch, places[1], "restore", str(backup)) == 1
    assert "--force" in capsys.readouterr().err
    with server(places[1]) as api:
        assert [one["name"] for one in api.get("/runs")["items"]] == ["made here"]
        assert run(monkeypatch, places[1], "restore", str(backup), "--force") == 1  # it is in use
        assert "in use" in capsys.readouterr().err
        assert [one["name"] for one in api.get("/runs")["items"]] == ["made here"]
    assert run(monkeypatch, places[1], "restore", str(backup), "--force") == 0
    with server(places[1]) as api:
        assert [one["name"] for one in api.get("/runs")["items"]] == ["at work", "backed up"]


def test_a_restore_that_fails_leaves_everything_as_it_was(
    places: list[Settings], backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def all_files() -> set[Path]:
        return set((places[1].data_dir / "artifacts").rglob("*.ckpt"))

    with server(places[1]) as api:
        job = api.job(api.launch(name="made here"))
        api.claim(job)
        api.upload(job, b"another policy")
    before = all_files()
    with monkeypatch.context() as patch:
        patch.setattr("gsl.backend.backup.restoring.DATABASE", "manifest.json")  # of which no database can be made
        patch.setattr("gsl.backend.db.sqlite_copies.SqliteCopies.put", _no_room)
        assert run(patch, places[1], "restore", str(backup), "--force") == 1
    assert "Error" in capsys.readouterr().err
    assert all_files() == before
    with server(places[1]) as api:
        assert [one["name"] for one in api.get("/runs")["items"]] == ["made here"]
    assert [path.name for path in places[1].data_dir.glob(".gsl-restore-*")] == []


def _no_room(_self: object, _source: Path) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_refused_and_changes_nothing(
    places: list[Settings], backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = backup.read_bytes()
    with ZipFile(backup) as archive:
        place = next(one for one in archive.infolist() if one.filename.endswith(".ckpt"))
    at = whole.index(b"policy", place.header_offset)
    for damaged in (whole[: len(whole) // 2], whole[:at] + b"!" + whole[at + 1 :], b""):
        backup.write_bytes(damaged)
        assert run(monkeypatch, places[1], "restore", str(backup)) == 1
        assert str(backup) in capsys.readouterr().err
        assert [path.name for path in places[1].data_dir.glob("*") if path.name != "lock"] == []


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_backup_of_a_newer_version_is_refused(
    places: list[Settings], backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = backup.with_name("newer.zip")
    with ZipFile(backup) as old, ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            known = json.loads(content) if name == "manifest.json" else None
            new.writestr(name, json.dumps(known | {"revision": "9999", "version": "9.0"}) if known else content)
    assert run(monkeypatch, places[1], "restore", str(newer)) == 1
    assert "9.0" in capsys.readouterr().err


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_running_product_s_folder_is_refused(
    places: list[Settings], backup: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock_data_folder(places[1].data_dir, "http://127.0.0.1:8000"):
        assert run(monkeypatch, places[1], "restore", str(backup), "--force") == 1
    assert "already running" in capsys.readouterr().err


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_backup_of_an_older_version_is_brought_up_to_date_at_the_next_start(
    places: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upgrade(places[0], "0010")
    assert run(monkeypatch, places[0], "save", str(tmp_path / "old.zip")) == 0
    assert run(monkeypatch, places[1], "restore", str(tmp_path / "old.zip")) == 0
    with server(places[1]) as api:
        assert api.launch() == 1


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_file_that_is_missing_or_damaged_is_named(
    places: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(places[0]) as api:
        job = api.job(api.launch())
        api.claim(job)
        for number in (1, 2, 3):
            api.upload(job, b"policy", name=f"{number}.ckpt")
        missing, damaged, _ = sorted((places[0].data_dir / "artifacts").rglob("*.ckpt"))
        missing.unlink()
        damaged.write_bytes(b"pOlicy")
        assert run(monkeypatch, places[0], "save", str(tmp_path / "gsl.zip")) == 0
    said = capsys.readouterr().err.splitlines()
    assert [missing.name in said[0], damaged.name in said[1], len(said)] == [True, True, 2]


@pytest.mark.parametrize("places", ["postgresql"], indirect=True)
def test_postgresql_needs_its_programs(
    places: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrade(places[0])
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert run(monkeypatch, places[0], "save", str(tmp_path / "gsl.zip")) == 1
    assert "pg_dump is not installed" in capsys.readouterr().err
    assert not (tmp_path / "gsl.zip").exists()
