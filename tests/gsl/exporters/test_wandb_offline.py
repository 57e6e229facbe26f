"""W&B's own reader finds what was exported, nothing half written is left, and nobody is contacted."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gsl.exporters import of_record, wandb_offline
from gsl.record import RunRecord, read

RECORD = Path("benchmarks/results/gsl_forkmaze/forkmaze-dapg-1.json.gz")
WANDB = str(Path(sys.executable).with_name("wandb"))


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return read(RECORD)


def few(record: RunRecord) -> list[of_record.ExportedJob]:
    return [job for job in of_record.jobs(record) if job.work.key in ("generalist-1", "evaluation-final")]


def write(folder: Path, record: RunRecord, closed: Event | None = None) -> list[Path]:
    ending = of_record.ending(record)
    return wandb_offline.write(folder, of_record.about(record, 7), few(record), ending, closed or Event())


def ask(folder: Path, *arguments: str) -> str:
    environment = {"HOME": str(folder), "WANDB_ERROR_REPORTING": "false", "PATH": "/usr/bin:/bin"}
    command = [WANDB, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def records(folder: Path, run: Path) -> list[dict[str, Any]]:
    """What `wandb` reads in its file."""
    return [json.loads(line) for line in ask(folder, "leet", "inspect", "--json", str(run)).splitlines()]


def test_wandb_reads_every_number_again(record: RunRecord, tmp_path: Path) -> None:
    first, last = write(tmp_path, record)
    job = few(record)[0]
    found = records(tmp_path, first)
    rows = [each["history"]["item"] for each in found if each["type"] == "history"]
    assert len(rows) == len(job.points)
    for row, point in zip(rows, job.points, strict=True):
        assert {name: row[name] for name in point.scalars} == dict(point.scalars)
        assert (row["environment_steps"], row["_timestamp"]) == (point.step, pytest.approx(point.at))
        for name, values in point.histograms.items():
            assert sum(row[f"{name}.values"]) == len(values)
    [run] = [each["run"] for each in found if each["type"] == "run"]
    assert run["run_group"] == of_record.about(record, 7).folder
    assert run["config"]["update"]["learner"]["learning_rate"] == record.config.learner.learning_rate
    assert [each["exit"]["exit_code"] for each in records(tmp_path, last) if each["type"] == "exit"] == [0]


def test_a_second_export_replaces_the_first_and_can_be_synced(record: RunRecord, tmp_path: Path) -> None:
    write(tmp_path, record)
    again = write(tmp_path, record)
    assert sorted((tmp_path / "wandb").iterdir()) == sorted(again)
    assert list(tmp_path.iterdir()) == [tmp_path / "wandb"], "no working folder is left"
    said = ask(tmp_path, "sync", "--dry-run")
    assert all(path.name in said for path in again)


def test_one_that_is_stopped_leaves_nothing(record: RunRecord, tmp_path: Path) -> None:
    closed = Event()
    closed.set()
    with pytest.raises(InterruptedError):
        write(tmp_path, record, closed)
    assert list(tmp_path.iterdir()) == []


def test_no_setting_of_wandb_reaches_it(monkeypatch: pytest.MonkeyPatch, record: RunRecord, tmp_path: Path) -> None:
    """A key and the mode of the server's own environment would let it upload."""
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert all(path.name.startswith("offline-run-") for path in write(tmp_path, record))
