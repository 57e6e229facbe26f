"""Runs leave a server and enter another."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

import pytest

from gsl.config.presets import PRESETS
from gsl.record import MOST_BYTES, RunRecord, read, write
from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi

GIB = 2**30
AT = datetime(2026, 1, 2, tzinfo=UTC)


def record(name: str) -> RunRecord:
    """A run that was cancelled before it began."""
    return RunRecord(
        name=name, config=PRESETS["forkmaze-quick"].config, status="cancelled", phase="generalist", created_at=AT,
        ended_at=AT, jobs=(),
    )  # fmt: skip


def test_every_file_is_told_of_and_stands_in_the_experiment(gsl: Gsl, server: RealApi, tmp_path: Path) -> None:
    files = [tmp_path / "one.json.gz", tmp_path / "two.json", tmp_path / "broken.json", tmp_path / "absent.json.gz"]
    write(files[0], record("one"))
    files[1].write_text(record("two").model_dump_json())
    files[2].write_text('{"format": 7}')
    (tmp_path / "text.json").write_text("no JSON")
    imported = gsl("import", *files, tmp_path / "text.json", "--experiment", "theirs")
    assert imported.code == 1
    again = gsl("import", *files[:2], "--experiment", "theirs", "--json")
    assert (again.code, [run["name"] for run in again.json]) == (0, ["one", "two"]), "again is no error"
    [experiment] = [each for each in server.client.experiments() if each.name == "theirs"]
    runs = list(server.client.runs(experiment_id=experiment.id))
    assert sorted(run.name for run in runs) == ["one", "two"]
    assert all(run.imported for run in runs)
    assert f"one.json.gz: run {runs[-1].id}, one, cancelled" in imported.out
    told = imported.err.splitlines()
    assert [Path(line.split(":")[0]).name for line in told] == ["broken.json", "absent.json.gz", "text.json"]


def test_a_run_is_exported_and_imported_elsewhere(
    gsl: Gsl, server: RealApi, driver: ApiDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = driver.launch(config={"arm": "generalist"}, name="plain")
    driver.play(run, [0.1, 0.9])
    assert gsl("export", run).out == f"run-{run}.json.gz\n"
    assert read(tmp_path / f"run-{run}.json.gz") == server.client.record(run)
    assert gsl("export", run, "-o", "plain.json").code == 0
    assert read(tmp_path / "plain.json") == server.client.record(run)
    with RealApi(tmp_path / "other") as other:
        imported = gsl("--url", other.url, "import", "plain.json", "--json").json
        assert other.client.record(imported[0]["id"]) == server.client.record(run)


def test_files_come_too_and_nothing_is_replaced_unasked(gsl: Gsl, driver: ApiDriver, tmp_path: Path) -> None:
    runs = [driver.launch(config={"arm": "generalist"}) for _ in range(2)]
    for run in runs:
        driver.play(run, [0.1, 0.9])
    exported = gsl("export", *runs, "-o", tmp_path, "--files", "--json")
    assert exported.code == 0, exported.err
    files = [Path(file) for file in exported.json["files"]]
    assert {file.name for file in files} >= {f"run-{run}.json.gz" for run in runs}
    assert (tmp_path / f"run-{runs[0]}" / "generalist-1-last.ckpt").read_bytes() == b"policy"
    files[0].write_text("mine")
    refused = gsl("export", runs[0], "-o", tmp_path)
    assert refused.code == 1
    assert "--force" in refused.err
    assert files[0].read_text() == "mine"
    assert gsl("export", runs[0], "-o", tmp_path, "--force").code == 0
    assert read(files[0]).status == "succeeded"


def test_a_run_that_goes_on_has_no_record_yet(gsl: Gsl, driver: ApiDriver, tmp_path: Path) -> None:
    refused = gsl("export", driver.launch(), "-o", tmp_path)
    assert (refused.code, refused.out, list(tmp_path.glob("*.gz"))) == (3, "", [])


def test_a_file_that_unpacks_to_gigabytes_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    part = gzip.compress(b" " * 2**24)
    (tmp_path / "bomb.json.gz").write_bytes(part * (4 * GIB // 2**24))
    start()
    try:
        with pytest.raises(ValueError, match=str(MOST_BYTES)):
            read(tmp_path / "bomb.json.gz")
        assert get_traced_memory()[1] < 4 * MOST_BYTES
    finally:
        stop()


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "cut.json.gz", record("cut"))
    whole = (tmp_path / "cut.json.gz").read_bytes()
    for content in (whole[:200], whole[:100] + b"\x00" * 100 + whole[200:], whole[:-8] + bytes(8)):
        (tmp_path / "cut.json.gz").write_bytes(content)
        with pytest.raises((ValueError, OSError)):
            read(tmp_path / "cut.json.gz")
