"""The whole product on this machine, as `make up` starts it, with its processes at hand."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Self

import psutil

from gsl.client.api import Client
from gsl.client.errors import Unreachable
from tests.backend.api_driver import OWNER_TOKEN

_ROOT = Path(__file__).parent.parent.parent


class Product:
    """One data folder and the processes on it; may be killed and started again."""

    def __init__(self, data_dir: Path, lease_seconds: float, **settings: str) -> None:
        """`settings` are further environment variables."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.data_dir = data_dir
        self.client = Client(f"http://127.0.0.1:{port}", OWNER_TOKEN)
        given = {"PORT": str(port), "GSL_DATA_DIR": str(data_dir), "GSL_LEASE_SECONDS": str(lease_seconds)}
        given["GSL_OWNER_TOKEN"] = OWNER_TOKEN
        unset = ("REDIS_URL", "DATABASE_URL", "GSL_WORKER_TOKEN", "GSL_ARTIFACTS_URL")
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        self._environment = {**inherited, **given, **settings, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        self._main: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.client.close()

    def start(self) -> None:
        self.data_dir.mkdir(exist_ok=True)
        with (self.data_dir / "product.log").open("ab") as log:
            command = [sys.executable, "-m", "gsl.backend.local"]
            self._main = subprocess.Popen(command, env=self._environment, cwd=_ROOT, stdout=log, stderr=log)
        wait(self._is_up, 90)

    def stop(self) -> None:
        """Ctrl-C, and the time that takes."""
        if self._main is not None:
            self._main.send_signal(signal.SIGINT)
            self._main.wait(90)

    def processes(self) -> list[psutil.Process]:
        assert self._main is not None
        main = psutil.Process(self._main.pid)
        return [main, *main.children(recursive=True)]

    def kill_trainer(self) -> None:
        self._kill(lambda process: process.name() == "gsl-trainer")

    def kill_worker(self) -> None:
        self._kill(lambda process: process.cmdline()[1:3] == ["-m", "gsl.worker"])

    def kill_supervisor(self) -> None:
        """SIGKILL the process that starts all others, and it alone."""
        assert self._main is not None
        self._main.kill()
        self._main.wait()

    def kill_everything(self) -> None:
        for process in self.processes():
            process.kill()
        assert self._main is not None
        self._main.wait()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the database holds, read beside the API."""
        with closing(sqlite3.connect(self.data_dir / "gsl.db")) as database:
            return database.execute(query, values).fetchall()

    def _kill(self, chosen: Callable[[psutil.Process], bool]) -> None:
        """SIGKILL the one process that is chosen, and it alone."""
        found = [each for each in self.processes() if chosen(each)]
        pids = {each.pid for each in found}
        (process,) = [each for each in found if each.ppid() not in pids]  # a child that only begins looks like it
        process.kill()
        wait(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, 30)

    def _is_up(self) -> bool:
        assert self._main is not None
        assert self._main.poll() is None, (self.data_dir / "product.log").read_text()
        try:
            self.client.health()
            return True
        except Unreachable:
            return False


def wait(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.2)
