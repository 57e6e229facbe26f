"""The page's files beside the API, and the OpenAPI document."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.app import create_app
from gsl.backend.settings import Settings
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.server import serving

pytestmark = ON_SQLITE


@pytest.fixture
def api(app: FastAPI) -> Iterator[ApiDriver]:
    """A server of the test's own, which has its own page."""
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield ApiDriver(client)


@pytest.fixture
def built_page(settings: Any) -> Path:
    folder: Path = settings.page_dir
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<script src="./assets/a-1b2c.js">')
    (folder / "assets" / "a-1b2c.js").write_text("let a")
    (folder.parent / "secret").write_text("secret")
    return folder


@pytest.mark.usefixtures("built_page")
def test_every_address_of_the_page_is_the_page(api: ApiDriver) -> None:
    for path in ("/", "/runs", "/runs/7", "/new?preset=forkmaze", "/index.html"):
        answer = api.client.get(path)
        assert (answer.status_code, answer.text) == (200, '<script src="/assets/a-1b2c.js">')
        assert answer.headers["cache-control"] == "no-cache"
    asset = api.client.get("/assets/a-1b2c.js")
    assert asset.text == "let a"
    assert "immutable" in asset.headers["cache-control"]
    assert "javascript" in asset.headers["content-type"]


def test_a_file_is_sent_as_it_was_compressed_when_the_page_was_built(api: ApiDriver, built_page: Path) -> None:
    asset, address = built_page / "assets" / "a-1b2c.js", "/assets/a-1b2c.js"
    asset.with_name("a-1b2c.js.br").write_bytes(b"as brotli")
    asset.with_name("a-1b2c.js.gz").write_bytes(gzip.compress(b"as gzip"))

    def sent(accepted: str) -> tuple[str | None, bytes]:
        with api.client.stream("GET", address, headers={"Accept-Encoding": accepted}) as answer:
            content = b"".join(answer.iter_raw())
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
        return answer.headers.get("content-encoding"), content

    assert sent("gzip, deflate, br") == ("br", b"as brotli")
    assert sent("gzip;q=0.5, br;q=0.0") == ("gzip", asset.with_name("a-1b2c.js.gz").read_bytes())
    assert sent("identity") == (None, b"let a")


@pytest.mark.usefixtures("built_page")
def test_below_a_base_path_everything_is_served_with_it_and_without(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"public_url": "https://lab.example.org/gsl"}))
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for path in ("/", "/gsl", "/gsl/", "/runs/7", "/gsl/runs/7", "/gslab", "/gsl/index.html"):
            answer = client.get(path)
            assert (answer.status_code, answer.text) == (200, '<script src="/gsl/assets/a-1b2c.js">'), path
        for path in ("/assets/a-1b2c.js", "/gsl/assets/a-1b2c.js"):
            assert client.get(path).text == "let a"
        assert client.get("/gsl/..%2fsecret").text != "secret"
        for path in ("/api/v2/runs", "/gsl/api/v2/runs"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.json()["detail"] == "This API has no route /gsl/api/v2/runs; see /gsl/api/docs."


@pytest.mark.usefixtures("built_page")
def test_nothing_outside_the_page_is_served(api: ApiDriver) -> None:
    for path in ("/%2e%2e/secret", "/..%2fsecret", "/assets/..%2f..%2fsecret"):
        assert api.client.get(path).text != "secret"
    assert api.client.get("/assets/old-name.js").status_code == 404
    assert api.client.get("/api/v2/runs").headers["content-type"] == "application/problem+json"


def test_a_page_that_is_not_built_says_so(api: ApiDriver) -> None:
    answer = api.client.get("/")
    assert answer.status_code == 503
    assert "make up" in answer.text


def test_every_operation_is_documented(app: FastAPI) -> None:
    document = app.openapi()
    tags = {tag["name"] for tag in document["tags"]}
    names = []
    for operations in document["paths"].values():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"]
            assert set(operation["tags"]) <= tags
            for status, answer in operation["responses"].items():
                assert status < "400" or list(answer["content"]) == ["application/problem+json"]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


def test_the_routes_there_must_be(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    wanted = """
    get /health; get /suites; get /presets; post /experiments; get /experiments; get /experiments/{experiment_id};
    post /runs; get /runs; get /runs/{run_id}; patch /runs/{run_id}; delete /runs/{run_id}; post /runs/preview;
    post /runs/{run_id}/cancel; post /runs/{run_id}/pause; post /runs/{run_id}/resume; get /runs/{run_id}/jobs;
    get /jobs/{job_id}; get /jobs/{job_id}/log; get /runs/{run_id}/returns; get /runs/{run_id}/plateaus;
    get /runs/{run_id}/ledger; get /runs/{run_id}/events; get /runs/{run_id}/gate; post /runs/{run_id}/gate/approve;
    post /runs/{run_id}/gate/reject; get /runs/{run_id}/figures; get /runs/{run_id}/figures/{name};
    get /runs/{run_id}/artifacts; get /artifacts/{artifact_id}/content; get /workers; get /queue; get /stream;
    post /jobs/{job_id}/claim; post /jobs/{job_id}/heartbeat; post /jobs/{job_id}/reports; post /jobs/{job_id}/log;
    post /jobs/{job_id}/artifacts; post /jobs/{job_id}/finish; put /workers/{name}
    """
    for line in wanted.split(";"):
        method, path = line.split()
        assert method in paths[f"/api/v1{path}"], line
