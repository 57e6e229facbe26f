"""Requests to addresses that people name: they must not reach what only this server can reach, nor hold it up.

The address is looked up once, checked, and connected to, so that a name cannot stand for another address a moment
later. Nothing is followed, nothing of the answer but its status is read, and a deadline bounds the whole request.
"""

import ipaddress
import socket
import time
from collections.abc import Collection, Iterable, Mapping
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpcore


class OutboundError(Exception):
    """Why a request was not made or not taken, in one sentence."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, within_s: float, private: Collection[str] = ()) -> None:
    """Post and expect a status 2xx. Raises `OutboundError`.

    `private`: names of hosts that may have private addresses.
    """
    network = _CheckedNetwork(time.monotonic() + within_s, private)
    try:
        with (
            httpcore.ConnectionPool(network_backend=network) as pool,
            pool.stream("POST", url, headers=[*headers.items()], content=body) as answer,
        ):
            status = answer.status
    except httpcore.TimeoutException:
        raise OutboundError(f"It did not answer within {within_s:g} s.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise OutboundError(f"It cannot be reached: {str(error) or type(error).__name__}.") from None
    if not 200 <= status < 300:
        followed = ", a redirect, which is not followed" if 300 <= status < 400 else ""
        raise OutboundError(f"It answered with status {status}{followed}.")


def address_of(host: str, port: int, private: Collection[str] = ()) -> str:
    """An address of the host that may be connected to. Raises `OutboundError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundError(f"The host {host} cannot be found: {getattr(error, 'strerror', error)}.") from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not _allowed(address, private=host.lower() in private):
            raise OutboundError(
                f"The host {host} has the private address {address}; name it in GSL_WEBHOOK_HOSTS to allow that."
            )
    return addresses[0]


def check_address(url: str, private: Collection[str] = ()) -> None:
    """Raises `OutboundError` if the host is an address that is not allowed; names are looked up later, each time."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    address_of(host, 80, private)


def _allowed(address: str, *, private: bool) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return not (ip.is_multicast or ip.is_unspecified) and (ip.is_global or private)


class _CheckedNetwork(httpcore.NetworkBackend):
    def __init__(self, until: float, private: Collection[str]) -> None:
        self._until, self._private = until, private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        address = address_of(host, port, self._private)
        stream = httpcore.SyncBackend().connect_tcp(address, port, _left(self._until), local_address, socket_options)
        return _DeadlineStream(stream, self._until)


class _DeadlineStream(httpcore.NetworkStream):
    """Every read and write together have until the deadline: a receiver cannot prolong it byte by byte."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
