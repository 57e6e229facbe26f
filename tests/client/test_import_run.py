"""The command that brings records into a server."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.import_run import import_all
from gsl.config.presets import PRESETS
from gsl.record import RunRecord, write
from tests.worker.real_api import RealApi

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
