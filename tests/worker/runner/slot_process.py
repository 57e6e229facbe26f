"""A worker slot as a process of its own, as its tests start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.worker.real_api import TOKEN, RealApi


@contextmanager
def slot_process(folder: Path, api: RealApi, redis_url: str, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m gsl.worker` with one thread and no GPU, killed at the end; its log is printed."""
    environment = {
        **os.environ, "GSL_API_URL": api.url, "GSL_WORKER_TOKEN": TOKEN, "REDIS_URL": redis_url, "OMP_NUM_THREADS": "1",
        "GSL_WORKER_DIR": str(folder / "worker"), "GSL_WORKER_NAME": "w1", "CUDA_VISIBLE_DEVICES": "",
        **settings,
    }  # fmt: skip
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "gsl.worker"], env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        print((folder / "worker.log").read_text())
