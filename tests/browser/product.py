"""The whole product as `make up` starts it, for tests that open its page."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.backend.api_driver import OWNER_TOKEN

ROOT = Path(__file__).parents[2]
_READY_WITHIN_S = 90.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def running_product(data: Path) -> Iterator[str]:
    """Its address, once a worker is live; everything it started has ended afterwards."""
    if not (ROOT / "frontend" / "dist" / "index.html").is_file():
        raise RuntimeError("the page is not built: run `make test` (or `npm run build` in frontend/)")
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "GSL_DATA_DIR": str(data),
        "GSL_OWNER_TOKEN": OWNER_TOKEN,
        "GSL_WORKERS": "2",
        "OMP_NUM_THREADS": "1",
    }
    with (data.parent / "product.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gsl.backend.local"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, process, Path(log.name))
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            finally:
                process.kill()
                process.wait()


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            health = httpx.get(f"{address}/api/v1/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if health.is_success and health.json()["live_workers"]:
            return
        time.sleep(0.2)
    raise RuntimeError(f"the product did not start:\n{log.read_text()}")
