"""A server is backed up while it works and restored elsewhere, as docs/team.md says."""

import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from zipfile import ZipFile

import pytest

from gsl.backend.settings import Settings
from tests.backend.api_driver import OWNER_TOKEN, TOKEN, ApiDriver, epoch
from tests.backend.backup.conftest import ROOT, environment, run, server, upgrade, work_on


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


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
def test_a_backup_of_an_older_version_is_brought_up_to_date_at_the_next_start(
    places: list[Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upgrade(places[0], "0010")
    assert run(monkeypatch, places[0], "save", str(tmp_path / "old.zip")) == 0
    assert run(monkeypatch, places[1], "restore", str(tmp_path / "old.zip")) == 0
    with server(places[1]) as api:
        assert api.launch() == 1
