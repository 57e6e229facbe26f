"""Files: whole or not at all, checked, downloaded safely; logs."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem

from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    job_id = api.job(api.launch())
    api.claim(job_id)
    return job_id


def test_up_and_down_again(api: ApiDriver, job_id: int) -> None:
    content = bytes(range(256)) * 20_000
    stored = api.upload(job_id, content, epoch=7)
    assert (stored["size"], stored["job_key"], stored["epoch"]) == (len(content), "generalist-1", 7)
    assert api.upload(job_id, content, epoch=7)["id"] == stored["id"]
    assert api.get("/runs/1/artifacts") == [stored]
    answer = api.response("GET", f"/artifacts/{stored['id']}/content")
    assert answer.content == content
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-disposition"] == 'attachment; filename="epoch-1.ckpt"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_content_under_the_same_name_replaces_it(api: ApiDriver, services: Services, job_id: int) -> None:
    first = api.upload(job_id, b"first")
    second = api.upload(job_id, b"second!", epoch=2)
    assert (second["id"], second["size"], second["epoch"]) == (first["id"], 7, 2)
    assert api.response("GET", f"/artifacts/{first['id']}/content").content == b"second!"
    assert len(services.files.list(f"runs/1/jobs/{job_id}/checkpoint")) == 1


def test_a_damaged_file_is_refused_and_leaves_nothing(api: ApiDriver, services: Services, job_id: int) -> None:
    problem = api.upload(job_id, b"policy", 422, sha256="0" * 64)
    assert problem["errors"][0]["field"] == "sha256"
    assert api.get("/runs/1/artifacts") == []
    assert services.files.list("uploads") == services.files.list(f"runs/1/jobs/{job_id}/checkpoint") == []


@ON_SQLITE
@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".hidden", "", 'x"y', "x\ny", "ä"])
def test_names_that_are_no_plain_file_names_are_refused(api: ApiDriver, job_id: int, name: str) -> None:
    assert api.upload(job_id, b"policy", 422, name=name)["errors"][0]["field"] == "name"


def test_a_stale_attempt_sends_no_file(api: ApiDriver, job_id: int) -> None:
    api.upload(job_id, b"policy", 409, attempt=2)


@ON_SQLITE
def test_a_picture_is_shown_without_scripts(api: ApiDriver, job_id: int) -> None:
    stored = api.upload(job_id, b"<svg/>", kind="picture", name="paths.svg")
    answer = api.response("GET", f"/artifacts/{stored['id']}/content")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"].startswith("inline")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


def test_a_log_is_appended_by_offset(api: ApiDriver, job_id: int) -> None:
    def append(offset: int, text: str) -> int:
        query = {"attempt": 1, "offset": offset}
        answer = api.ask("POST", f"/jobs/{job_id}/log", params=query, content=text.encode(), headers=BEARER)
        return int(answer["size"])

    assert append(0, "one ") == 4
    assert append(0, "one ") == 4
    assert append(2, "e two ") == 8
    assert append(100, "lost") == 8
    assert append(8, "") == 8
    answer = api.response("GET", f"/jobs/{job_id}/log")
    assert (answer.text, answer.headers["x-log-size"]) == ("one two ", "8")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert api.response("GET", f"/jobs/{job_id}/log", params={"offset": 4}).text == "two "
    assert api.response("GET", f"/jobs/{job_id}/log", params={"offset": 99}).text == ""


def test_a_second_attempt_adds_to_the_log(api: ApiDriver, services: Services, job_id: int) -> None:
    services.files.append(f"runs/1/jobs/{job_id}/log/000002.log", 0, b"second")
    services.files.append(f"runs/1/jobs/{job_id}/log/000001.log", 0, b"first ")
    assert api.response("GET", f"/jobs/{job_id}/log", params={"offset": 3}).text == "st second"


class FullDisk(LocalFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """A disk without any room: the kernel's own."""

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        return Path("/dev/full").open(mode) if "r" not in mode else super()._open(path, mode, **options)


@ON_SQLITE
def test_a_full_disk_names_the_folder(
    api: ApiDriver, services: Services, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(services.files, "_files", FullDisk(auto_mkdir=True))
        problem = api.upload(job_id, b"x" * 3_000_000, 507)
        assert services.files.url in problem["detail"]
        answer = api.response("POST", f"/jobs/{job_id}/log?attempt=1&offset=0", 507, content=b"line", headers=BEARER)
        assert services.files.url in answer.json()["detail"]
    assert api.get("/runs/1/artifacts") == []
    assert api.upload(job_id, b"x" * 1000)["size"] == 1000


def test_the_store_alone(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path / "store"))
    upload = store.upload("a/b.bin")
    upload.write(b"content")
    assert store.size("a/b.bin") == 0
    upload.finish(hashlib.sha256(b"content").hexdigest())
    assert b"".join(store.read("a/b.bin", 3)) == b"tent"
    broken = store.upload("a/c.bin")
    with pytest.raises(InvalidError):
        broken.finish("0" * 64)
    store.remove("a")
    store.remove("a")
    with pytest.raises(NotFoundError):
        store.read("a/b.bin")


def test_any_fsspec_url_will_do() -> None:
    store = ArtifactStore("memory://gsl-tests")
    upload = store.upload("runs/1/x")
    upload.write(b"abc")
    upload.finish(hashlib.sha256(b"abc").hexdigest())
    assert b"".join(store.read("runs/1/x")) == b"abc"
    assert store.append("log", 0, b"one") == 3
    assert store.append("log", 3, b"two") == 6
    assert store.list("runs/1") == ["runs/1/x"]
    store.remove("runs/1")
    assert store.size("runs/1/x") == 0
