"""The command that brings records into a server."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from tracemalloc import get_traced_memory, start, stop

import pytest

from client.import_run import import_all
from gsl.config.presets import PRESETS
from gsl.record import MOST_BYTES, RunRecord, read, write
from tests.worker.real_api import RealApi

GIB = 2**30
AT = datetime(2026, 1, 2, tzinfo=UTC)


def record(name: str) -> RunRecord:
    """A run that was cancelled before it began."""
    return RunRecord(
        name=name, config=PRESETS["forkmaze-quick"].config, status="cancelled", phase="generalist", created_at=AT,
        ended_at=AT, jobs=(),
    )  # fmt: skip


def test_every_file_is_told_of_and_stands_in_the_experiment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "one.json.gz", tmp_path / "two.json", tmp_path / "broken.json", tmp_path / "absent.json.gz"]
    write(files[0], record("one"))
    files[1].write_text(record("two").model_dump_json())
    files[2].write_text('{"format": 7}')
    with RealApi(tmp_path / "data") as api:
        assert import_all(api.client, files, "theirs") == 2
        assert import_all(api.client, files[:2], "theirs") == 0, "again is no error"
        [experiment] = api.client.experiments()
        assert (experiment.name, experiment.runs) == ("theirs", 2)
        assert {run.name for run in api.client.runs(experiment_id=experiment.id)} == {"one", "two"}
        assert all(run.imported for run in api.client.runs())
    said = capsys.readouterr()
    assert "one.json.gz: run 1, one, cancelled" in said.out
    assert "broken.json: " in said.err
    assert "absent.json.gz: " in said.err


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
