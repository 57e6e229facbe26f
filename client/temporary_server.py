"""A temporary server: a fresh data folder, a free port, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gsl.client.api import Client
from gsl.client.errors import Unreachable

_READY_WITHIN_S = 120.0
_STOP_WITHIN_S = 90.0


@contextmanager
def temporary_server() -> Iterator[tuple[str, str]]:
    """Starts the local product and yields its address and token; raises `RuntimeError` if it does not start."""
    with tempfile.TemporaryDirectory(prefix="gsl-demo-") as folder:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        server = _start(Path(folder), port)
        try:
            _wait_until_ready(server, address)
            yield address, (Path(folder) / "owner-token").read_text()
        finally:
            _stop(server)


def is_up(address: str) -> bool:
    """Whether a GSL Lab API answers at this address."""
    with Client(address) as api:
        try:
            api.health()
        except Unreachable:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    # A separate session, so that Ctrl-C reaches only us and the server is stopped once.
    command = [sys.executable, "-P", "-m", "gsl.backend.local"]
    return subprocess.Popen(command, env=_environment(folder, port), start_new_session=True)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Settings of a server that shares nothing with one configured by the environment or by `.env`."""
    shared = (
        "DATABASE_URL",
        "REDIS_URL",
        "GSL_ARTIFACTS_URL",
        "GSL_WORKER_TOKEN",
        "GSL_OWNER_TOKEN",
        "GSL_API_URL",
        "GSL_PUBLIC_URL",
    )
    empty = dict.fromkeys(shared, "")  # a variable that is only missing would be read from `.env`
    return {**os.environ, **empty, "PORT": str(port), "GSL_HOST": "127.0.0.1", "GSL_DATA_DIR": str(folder)}


def _wait_until_ready(server: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not is_up(address):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the temporary server did not start at {address}")
        time.sleep(0.2)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
