"""Stored files in an S3 bucket, served by moto: the API's uploads, downloads and logs, a deletion and a backup."""

import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from gsl.backend.artifact_files import ArtifactStore, JobLog
from gsl.backend.backup.archive import Reader
from gsl.backend.backup.restoring import Target, restore
from gsl.backend.backup.saving import save
from gsl.backend.db.sqlite_copies import SqliteCopies
from gsl.backend.services.app_services import Services
from gsl.backend.settings import Settings
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.backup.conftest import server, upgrade, work_on
from tests.backend.conftest import settings_on
from tests.backend.marks import ON_SQLITE

URL = "s3://gsl/artifacts"
SECRETS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Its URL; the address and the secrets come from the environment, as on a server."""
    service = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    service.start()
    host, port = service.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SECRETS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
            patch.setenv(name, value)
        fsspec.filesystem("s3").mkdir("gsl")
        yield URL
    service.stop()


@pytest.fixture
def settings(settings: Settings, bucket: str) -> Settings:
    return settings.model_copy(update={"artifacts": bucket})


def test_a_log_grows_and_is_read_by_another_process(bucket: str) -> None:
    one, other = ArtifactStore(bucket), ArtifactStore(bucket)
    log = JobLog(one, "runs/7/jobs/1")
    assert other.list("runs/7/jobs/1/log") == []
    assert [log.append(1, 0, b"one "), log.append(1, 4, b"two"), log.append(1, 4, b"two")] == [4, 7, 7]
    assert JobLog(other, "runs/7/jobs/1").append(1, 7, b" three") == 13
    assert log.append(1, 99, b"a gap") == 13
    assert (log.size(), b"".join(log.read(4))) == (13, b"two three")


def test_a_file_appears_once_it_is_whole(bucket: str) -> None:
    store = ArtifactStore(bucket)
    upload = store.upload("runs/8/a/b.ckpt")
    upload.write(b"content")
    assert store.size("runs/8/a/b.ckpt") == 0
    upload.finish(upload.sha256)
    assert (store.size("runs/8/a/b.ckpt"), b"".join(store.read("runs/8/a/b.ckpt", 3, 2))) == (7, b"te")
    dropped = store.upload("runs/8/a/c.ckpt")
    dropped.write(b"half")
    dropped.discard()
    assert store.below("runs/8") == ["runs/8/a/b.ckpt"]
    assert store.list("uploads") == []
    store.remove("runs/8")
    assert store.below("runs/8") == []


@ON_SQLITE
def test_the_api_stores_serves_and_deletes_there(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    job = api.job(run_id)
    api.claim(job)
    content = os.urandom(6_000_000)  # more than one part
    stored = api.upload(job, content)
    log = f"/api/v1/jobs/{job}/log"
    assert api.client.post(f"{log}?attempt=1&offset=0", content=b"said\n", headers=BEARER).json() == {"size": 5}
    assert api.client.get(f"/api/v1/artifacts/{stored['id']}/content").content == content
    assert api.client.get(log).text == "said\n"
    api.finish(job)
    api.post(f"/runs/{run_id}/cancel")
    api.ask("DELETE", f"/runs/{run_id}", 204)
    api.ask("DELETE", f"/bin/runs/{run_id}", 204)
    assert services.files.below(f"runs/{run_id}") == []


def test_a_backup_takes_files_from_there_and_restores_them_elsewhere(bucket: str, tmp_path: Path) -> None:
    here, there = (settings_on(tmp_path / name).model_copy(update={"artifacts": f"s3://gsl/{name}"}) for name in "ab")
    for settings in (here, there):
        settings.data_dir.mkdir()
    upgrade(here)
    with server(here) as api:
        work_on(api)
    save(SqliteCopies(here.data_dir / "gsl.db"), ArtifactStore(here.artifacts), tmp_path / "gsl.zip")
    copies, files = SqliteCopies(there.data_dir / "gsl.db"), ArtifactStore(there.artifacts)
    with Reader(tmp_path / "gsl.zip") as archive:
        restore(archive, Target(copies, files, there.data_dir), force=False)
    stored = ArtifactStore(here.artifacts)
    assert files.below("runs") == stored.below("runs") != []
    assert [b"".join(files.read(path)) for path in files.below("runs")] == [
        b"".join(stored.read(path)) for path in stored.below("runs")
    ]
    with server(there) as api:
        assert [one["name"] for one in api.get("/runs")["items"]] == ["at work", "backed up"]
