"""The head of a request may take so many bytes and so much time; bodies and responses take as long as they like."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from gsl.backend.http.header_limit import MAX_BYTES, HeaderLimit
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import OWNER
from tests.backend.marks import ON_SQLITE
from tests.backend.server import serving

pytestmark = ON_SQLITE
OWNS = f"Authorization: {OWNER['Authorization']}\r\n".encode()
REQUEST = b"GET /api/v1/presets HTTP/1.1\r\nHost: localhost\r\n" + OWNS
WITHIN_S = 0.3


class Impatient(HeaderLimit):
    """A head may take 0.3 s."""

    within_seconds = WITHIN_S


@pytest.fixture
def server(app: FastAPI) -> Iterator[str]:
    with serving(app, http=Impatient) as address:
        yield address


def connected(address: str, sent: bytes = b"") -> socket.socket:
    url = urlsplit(address)
    connection = socket.create_connection((url.hostname, url.port), timeout=20)
    connection.sendall(sent)
    return connection


def until_closed(connection: socket.socket) -> bytes:
    with connection, connection.makefile("rb") as answer:
        return answer.read()


def problem(answer: bytes) -> dict[str, object]:
    """The problem of a whole response, which says that the connection ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    found: dict[str, object] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {found['status']} ".encode())
    return found


def test_200_half_sent_requests_are_closed_in_time_and_others_are_answered(server: str) -> None:
    with ExitStack() as stack:
        begun = time.monotonic()
        half_sent = [stack.enter_context(connected(server, REQUEST + b"Accept: */*\r\n")) for _ in range(200)]
        assert httpx.get(f"{server}/api/v1/presets", headers=OWNER, trust_env=False).is_success
        assert {problem(until_closed(connection))["status"] for connection in half_sent} == {408}
        assert time.monotonic() - begun < WITHIN_S + 10


@pytest.mark.parametrize("drop", [b"X-Slow: 1\r\n", b"\r\n"])
def test_headers_that_drip_are_closed_in_time(server: str, drop: bytes) -> None:
    """Blank lines before a request are allowed; they must not keep its connection open either."""
    connection = connected(server, b"" if drop == b"\r\n" else REQUEST)
    begun = time.monotonic()
    with connection, suppress(ConnectionError):
        while time.monotonic() - begun < WITHIN_S + 10:
            connection.sendall(drop)
            time.sleep(0.05)
    assert WITHIN_S <= time.monotonic() - begun < WITHIN_S + 10


def test_a_connection_without_a_request_is_closed_without_a_word(server: str) -> None:
    assert until_closed(connected(server)) == b""


def test_the_next_request_of_a_connection_has_the_same_deadline(server: str) -> None:
    connection = connected(server, REQUEST + b"\r\n")
    first = connection.recv(2**20)
    connection.sendall(REQUEST)
    rest = first + until_closed(connection)
    assert rest.startswith(b"HTTP/1.1 200 OK")
    assert rest.count(b"HTTP/1.1 408 ") == 1


@pytest.mark.parametrize("start", [b"GET /" + b"a" * MAX_BYTES, REQUEST + b"X-Large: " + b"a" * MAX_BYTES])
def test_a_head_has_so_many_bytes(server: str, start: bytes) -> None:
    assert str(MAX_BYTES) in str(problem(until_closed(connected(server, start)))["detail"])


def test_what_is_no_request_is_a_problem(server: str) -> None:
    assert problem(until_closed(connected(server, b"what?\r\n\r\n")))["status"] == 400


def test_a_slow_body_is_awaited(server: str) -> None:
    head = b"POST /api/v1/runs/preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    connection = connected(server, head + OWNS + b"Content-Length: 21\r\nConnection: close\r\n\r\n")
    for part in (b'{"preset":', b'"forkmaze"', b"}"):
        time.sleep(WITHIN_S)
        connection.sendall(part)
    assert until_closed(connection).startswith(b"HTTP/1.1 200 OK")


def test_a_long_response_is_not_cut(server: str, services: Services) -> None:
    with connected(server, b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n" + OWNS + b"\r\n") as connection:
        connection.recv(2**16)
        time.sleep(2 * WITHIN_S)
        services.events.publish("run", 7)
        assert b'"run_id":7' in connection.recv(2**16)
