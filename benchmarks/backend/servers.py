"""Servers in processes of their own, whose processor time and memory are read from outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from benchmarks.environments import ROOT
from tests.backend.api_driver import OWNER_TOKEN, TOKEN

_START_S = 300


@dataclass(frozen=True)
class Server:
    """A server that answers; `beside` is a process, with its children, that works for it, such as its database."""

    address: str
    process: psutil.Process
    beside: tuple[psutil.Process, ...] = field(default=())

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far, to the microsecond."""
        return sum(_cpu_seconds(process.pid) for process in self._all())

    def peak_mib(self) -> float:
        """The most memory that the server itself, without its database, has held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024

    def _all(self) -> list[psutil.Process]:
        return [child for process in (self.process, *self.beside) for child in (process, *process.children(True))]


def _cpu_seconds(pid: int) -> float:
    """Of all threads of a process, including those that have ended; 0 if it is gone."""
    clock = (~pid << 3) | 2  # clock_getcpuclockid(3)
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, address: str, ready: str,
    beside: tuple[psutil.Process, ...] = (),
) -> Iterator[Server]:  # fmt: skip
    """The server once `ready`, a path, is answered. Raises `RuntimeError` with its log if it does not start."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, address + ready, log)
        yield Server(address, psutil.Process(process.pid), beside)
    finally:
        for child in (*psutil.Process(process.pid).children(True), psutil.Process(process.pid)):
            child.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{url} does not answer:\n{log.read_text()[-3000:]}")


@contextmanager
def our_server(folder: Path, database: str, beside: tuple[psutil.Process, ...] = ()) -> Iterator[Server]:
    """The API as `make up` starts it; `database` is its URL, empty for SQLite in the folder."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "gsl.backend.app:create_app", "--factory", "--no-access-log",
        "--http", "gsl.backend.http.header_limit:HeaderLimit", "--host", "127.0.0.1", "--port", str(port),
        "--timeout-graceful-shutdown", "1", "--app-dir", str(ROOT),
    ]  # fmt: skip
    environment = {
        "DATABASE_URL": database, "GSL_DATA_DIR": str(folder), "GSL_WORKER_TOKEN": TOKEN, "REDIS_URL": "",
        "GSL_LEASE_SECONDS": "3600", "GSL_OWNER_TOKEN": OWNER_TOKEN,
    }  # fmt: skip
    migrate = [sys.executable, "-m", "gsl.backend.db.revisions"]
    subprocess.run(migrate, env={**os.environ, **environment}, cwd=ROOT, check=True, capture_output=True)
    with serving(command, environment, folder, f"http://127.0.0.1:{port}", "/api/v1/health", beside) as server:
        yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
