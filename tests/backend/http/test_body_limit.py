"""A body may take so many bytes and so much time, and nobody else waits for it."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.http import json_body
from gsl.backend.http.body_limit import MAX_BYTES, MAX_LARGE_BYTES, BodyLimit
from tests.backend.api_driver import BEARER, OWNER, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.server import serving

pytestmark = ON_SQLITE
_JSON = {"Content-Type": "application/json"}


def test_a_person_may_send_a_mebibyte(api: ApiDriver) -> None:
    fits, large = (json.dumps({"preset": "x" * size}).encode() for size in (MAX_BYTES - 14, MAX_BYTES - 13))
    assert len(fits) == MAX_BYTES
    api.ask("POST", "/runs/preview", 422, content=fits, headers=_JSON)
    assert str(MAX_BYTES) in api.ask("POST", "/runs/preview", 413, content=large, headers=_JSON)["detail"]


def test_a_size_that_is_not_announced_is_counted(api: ApiDriver) -> None:
    parts = (b" " * 2**16 for _ in range(20))
    assert api.ask("POST", "/runs/preview", 413, content=parts, headers=_JSON)["title"] == "Too large"


def test_records_and_workers_may_send_more_and_files_any_size(api: ApiDriver) -> None:
    job_id = api.job(api.launch())
    api.claim(job_id)
    log: dict[str, Any] = {"params": {"attempt": 1, "offset": 0}, "headers": BEARER}
    api.ask("POST", f"/jobs/{job_id}/log", content=bytes(2 * MAX_BYTES), **log)
    api.ask("POST", "/runs/import", 422, content=bytes(2 * MAX_BYTES))
    too_large = bytes(MAX_LARGE_BYTES + 1)
    for path, sent in ((f"/jobs/{job_id}/log", log), ("/runs/import", {})):
        assert str(MAX_LARGE_BYTES) in api.ask("POST", path, 413, content=too_large, **sent)["detail"]
    assert api.upload(job_id, too_large)["size"] == len(too_large)


def test_others_are_answered_while_a_body_is_parsed(api: ApiDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    parsing, go_on = threading.Event(), threading.Event()

    def slow(body: bytes) -> object:
        parsing.set()
        assert go_on.wait(20)
        return json.loads(body)

    monkeypatch.setattr(json_body, "parse_json", slow)
    sender = threading.Thread(target=api.post, args=("/runs/preview", {"preset": "forkmaze"}))
    sender.start()
    assert parsing.wait(20)
    assert api.get("/suites")
    go_on.set()
    sender.join()


def test_a_list_of_a_million_wrong_items_has_one_error(api: ApiDriver) -> None:
    suite = {"name": "metaworld", "benchmark": "MT10", "only_tasks": [0] * 300_000}
    errors = api.post("/runs/preview", {"config": {"suite": suite}}, 422)["errors"]
    assert [error["field"] for error in errors] == ["config.suite.only_tasks.0"]


@pytest.fixture
def impatient(app: FastAPI) -> Iterator[str]:
    """A server on which a body may pause for a fifth of a second."""
    app.add_middleware(BodyLimit, quiet_seconds=0.2)
    with serving(app) as address:
        yield address


def half_sent(address: str) -> socket.socket:
    """A connection on which a request has promised more than it sent."""
    url = urlsplit(address)
    connection = socket.create_connection((url.hostname, url.port), timeout=20)
    head = "POST /api/v1/runs/preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {OWNER['Authorization']}\r\n"
    connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    return connection


def test_a_body_that_stops_arriving_is_given_up(impatient: str) -> None:
    with half_sent(impatient) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert httpx.get(f"{impatient}/api/v1/suites", headers=OWNER, trust_env=False).is_success


def test_a_client_that_leaves_is_no_error(impatient: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        half_sent(impatient).close()
        time.sleep(0.1)
        assert httpx.get(f"{impatient}/api/v1/suites", headers=OWNER, trust_env=False).is_success
    assert caplog.records == []
