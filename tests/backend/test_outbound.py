"""Requests to addresses that people name: checked, never prolonged, never led elsewhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from gsl.backend.outbound import OutboundError, address_of, post
from tests.backend.receiver import Receiver, opening


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with opening() as open_one:
        yield open_one()


def test_a_name_is_looked_up_and_checked_before_each_connection() -> None:
    with pytest.raises(OutboundError, match="private"):
        address_of("localhost", 80)
    assert address_of("localhost", 80, {"localhost"}) in ("127.0.0.1", "::1")
    with pytest.raises(OutboundError, match="cannot be found"):
        address_of("nobody.invalid", 80)


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answer = 302
    with pytest.raises(OutboundError, match="redirect"):
        post(receiver.address, b"{}", {}, within_s=5, private={"127.0.0.1"})
    assert receiver.asked == 1


def test_an_answer_that_drips_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(OutboundError, match="within"):
            post(address, b"{}", {}, within_s=0.3, private={"127.0.0.1"})
        assert time.monotonic() - started < 5


def _drip(listener: socket.socket) -> None:
    """One more byte of the headers every 50 ms, for ten seconds or until nobody listens."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)
