"""Runs as tables: whole, in every format, in bounded memory, and nothing is left of an export that is cut off."""

import io
import json
import socket
import time
import tracemalloc
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import polars
import pytest
from sqlalchemy.pool import QueuePool

from gsl.backend.domain.table_files import Format
from gsl.backend.services.app_services import Services
from gsl.backend.services.table_export import TableExport
from gsl.backend.store import tables
from gsl.backend.store.tables import TABLES
from tests.backend.api.test_provenance import made_with
from tests.backend.api_driver import OWNER, ApiDriver, epoch, returns, started
from tests.backend.marks import ON_SQLITE

EMPTY = ("provenance", "continuations")
"""Tables of which the run has no row."""


def exported(api: ApiDriver, path: str, **query: Any) -> ZipFile:
    answer = api.response("GET", f"{path}/export", params=query)
    assert answer.headers["content-type"] == "application/zip"
    archive = ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def frame(archive: ZipFile, name: str, format: Format) -> polars.DataFrame:
    content = io.BytesIO(archive.read(f"{name}.{'jsonl' if format == 'json' else format}"))
    if format == "parquet":
        return polars.read_parquet(content)
    return polars.read_csv(content) if format == "csv" else polars.read_ndjson(content)


@pytest.fixture
def run_id(api: ApiDriver) -> int:
    run_id = api.at_the_gate(name='=1+1, "quoted"\nand ünusual', tags=["a"])
    api.post(f"/runs/{run_id}/cancel")
    return run_id


@pytest.mark.parametrize("format", ["parquet", "csv", "json"])
def test_every_table_opens_with_what_the_api_shows(api: ApiDriver, run_id: int, format: Format) -> None:
    archive = exported(api, f"/runs/{run_id}", format=format)
    found = {table.name: frame(archive, table.name, format) for table in TABLES if table.name not in EMPTY}
    (run,), jobs = found["runs"].to_dicts(), api.get(f"/runs/{run_id}/jobs")
    shown = api.get(f"/runs/{run_id}")
    assert (run["name"], run["score"], run["spent_steps"]) == (shown["name"], shown["score"], shown["spent_steps"])
    config = run["config"] if isinstance(run["config"], str) else json.dumps(run["config"])
    assert format == "json" or json.loads(config) == shown["config"]
    assert found["jobs"]["key"].to_list() == [job["key"] for job in jobs]
    assert found["epochs"]["run_steps"].to_list() == [100, 200]
    assert found["metrics"].select("metric", "value").rows() == [("entropy", 1.0), ("kl", None)] * 2
    latest = api.get(f"/runs/{run_id}/returns", source="evaluation")["items"]
    evaluated = found["returns"].filter(polars.col("source") == "evaluation").sort("variation")
    assert evaluated["mean_return"].to_list() == [each["mean_return"] for each in latest]
    assert found["ledger"]["steps"].sum() == sum(row["steps"] for row in api.get(f"/runs/{run_id}/ledger")["rows"])
    assert found["gates"]["status"].to_list() == [api.get(f"/runs/{run_id}/gate")["status"]]
    assert found["events"].height == api.get(f"/runs/{run_id}/events")["total"]
    assert found["plateaus"].height == found["evaluations"].height == 1
    rows = json.loads(archive.read("about.json"))["rows"]
    assert rows == {**{name: each.height for name, each in found.items()}, **dict.fromkeys(EMPTY, 0)}


@ON_SQLITE
def test_types_and_times_are_kept_in_parquet(api: ApiDriver, run_id: int) -> None:
    epochs = frame(exported(api, f"/runs/{run_id}"), "epochs", "parquet")
    assert epochs.schema["at"] == polars.Datetime("us", "UTC")
    assert (epochs.schema["steps"], epochs.schema["mean_return"]) == (polars.Int64(), polars.Float64())


@ON_SQLITE
def test_an_experiment_has_the_rows_of_all_its_runs(api: ApiDriver) -> None:
    experiment = api.post("/experiments", {"name": "both"}, 201)["id"]
    ours = [api.at_the_gate(experiment_id=experiment) for _ in range(2)]
    api.at_the_gate()
    archive = exported(api, f"/experiments/{experiment}")
    for name in ("jobs", "returns", "events"):
        assert frame(archive, name, "parquet")["run_id"].unique().sort().to_list() == ours
    empty = api.post("/experiments", {"name": "none"}, 201)["id"]
    assert frame(exported(api, f"/experiments/{empty}"), "returns", "parquet").height == 0


@ON_SQLITE
def test_files_come_along_as_asked(api: ApiDriver, run_id: int, services: Services) -> None:
    job = api.job(run_id)
    archive = exported(api, f"/runs/{run_id}", files="checkpoint")
    name = f"files/run-{run_id}/generalist-1/checkpoint/last.ckpt"
    assert archive.read(name) == b"policy"
    assert not [each for each in exported(api, f"/runs/{run_id}").namelist() if each.startswith("files/")]
    services.files.remove(f"runs/{run_id}/jobs/{job}")
    archive = exported(api, f"/runs/{run_id}", files=["checkpoint", "best"])
    assert json.loads(archive.read("about.json"))["missing_files"] == [name]


def test_every_row_of_several_pages_comes_once(api: ApiDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PAGE", 3)
    run_id = api.launch()
    job = api.job(run_id)
    api.claim(job)
    api.report(job, started(), made_with(), *(epoch(number, returns=returns([0.5] * 4)) for number in range(1, 8)))
    archive = exported(api, f"/runs/{run_id}")
    found = frame(archive, "returns", "parquet")
    expected = [(number, variation) for number in range(1, 8) for variation in range(4)]
    assert found.select("epoch", "variation").rows() == expected
    assert frame(archive, "provenance", "parquet")["machine"].to_list() == ["m1"]
    assert frame(archive, "metrics", "parquet").height == 14


@ON_SQLITE
def test_what_does_not_exist_is_refused(api: ApiDriver, run_id: int) -> None:
    api.get("/runs/999/export", 404)
    api.get("/experiments/999/export", 404)
    assert api.get(f"/runs/{run_id}/export", 422, format="xlsx")["errors"][0]["field"] == "format"
    assert api.get(f"/runs/{run_id}/export", 422, files="log")["errors"][0]["field"].startswith("files")


@ON_SQLITE
def test_an_export_that_is_cut_off_leaves_nothing(api: ApiDriver, services: Services) -> None:
    run_id = with_checkpoint(api)
    before = connections(services)
    slow = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)])
    url = f"{api.address}/api/v1/runs/{run_id}/export?files=checkpoint"
    with httpx.Client(transport=slow, headers=OWNER) as client, client.stream("GET", url) as answer:
        coming = answer.iter_raw(1 << 20)
        assert len(next(coming)) == 1 << 20  # so the server is at the checkpoint, and cannot send all of it ahead
        assert open_checkpoints() == 1
        assert connections(services) == before, "it keeps none while the client takes its time"
    patience = time.monotonic() + 10
    while open_checkpoints() and time.monotonic() < patience:
        time.sleep(0.02)
    assert open_checkpoints() == 0
    assert len(exported(api, f"/runs/{run_id}", files="checkpoint").namelist()) == len(TABLES) + 2


def with_checkpoint(api: ApiDriver) -> int:
    """A run with a checkpoint of 24 MiB."""
    run_id = api.launch()
    api.claim(api.job(run_id))
    api.upload(api.job(run_id), b"x" * (24 << 20))
    return run_id


def connections(services: Services) -> int:
    pool = services.database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


def open_checkpoints() -> int:
    """Of this process, in which the server runs too."""
    links = [file.readlink().name for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return sum(link.endswith("epoch-1.ckpt") for link in links)


@ON_SQLITE
def test_memory_does_not_grow_with_the_export(api: ApiDriver, services: Services) -> None:
    run_id = with_checkpoint(api)
    export = TableExport(services, [run_id], "json", ["checkpoint"])
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in export.chunks())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 24 << 20
    assert most < 8 << 20
