"""A restore replaces nothing unless it is told to, and whatever is wrong with it, nothing is touched."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from gsl.backend.local.data_folder import lock_data_folder
from gsl.backend.settings import Settings
from tests.backend.backup.conftest import run, server


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
