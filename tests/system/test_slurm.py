"""A run on a cluster whose workers `gsl slurm` keeps: a node dies, a time limit strikes, and nothing is lost.

On a stand-in for Slurm, and on a real one of two nodes where Debian's packages are installed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gsl.client.models import Job
from tests.backend.api_driver import OWNER_TOKEN
from tests.backend.services.broker import short_folder
from tests.cli.slurm.cluster import Cluster
from tests.system.chaos import differences, ledger_gaps, left_behind
from tests.system.product import Product, wait
from tests.system.slurm import RealSlurm

ROOT = Path(__file__).parents[2]
NODES = ("node1", "node2")
SIXTEEN: dict[str, Any] = {
    "seed": 11,
    "suite": {"goals": 16, "corridor": 3, "branch": 2, "time_limit": 30},
    "gate": {"mode": "auto"},
    "guide": {"name": "dapg"},
    "specialists": {"count": 16, "steps": 24_576},
    "budget": {"total_steps": 1_000_000, "generalist_steps": 49_152},
}
"""A run of sixteen specialists, each of which trains for some seconds."""
TWO = SIXTEEN | {
    "suite": {"goals": 4, "corridor": 3, "branch": 2, "time_limit": 30},
    "specialists": {"count": 2, "steps": 200_704},
    "budget": {"total_steps": 600_000, "generalist_steps": 49_152},
}
AnyCluster = Cluster | RealSlurm


@contextmanager
def kept(product: Product, cluster: AnyCluster, most: int) -> Iterator[Path]:
    """`gsl slurm` at work, as somebody starts it; yields what it says."""
    token = (product.data_dir / "worker-token").read_text().strip()
    folder = product.data_dir / "cluster"
    told = {
        **os.environ, **cluster.environment, "PYTHONPATH": str(ROOT), "GSL_URL": product.client.url,
        "GSL_TOKEN": OWNER_TOKEN, "GSL_WORKER_TOKEN": token,
        "GSL_STOP_SECONDS": "5", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "XDG_STATE_HOME": str(folder),
    }  # fmt: skip
    command = (
        f"{sys.executable} -m gsl.cli.main slurm --most {most} --every 1 --idle-seconds 10 --time 30 --cpus 1".split()
    )
    files = ["--logs", str(folder / "logs"), "--folder", f"{folder}/$SLURMD_NODENAME"]
    said = product.data_dir / "slurm.log"
    with said.open("ab") as log, subprocess.Popen([*command, *files], env=told, stdout=log, stderr=log) as process:
        try:
            yield said
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            print(said.read_text())
    assert process.returncode == 0


def training(product: Product, run: int) -> list[Job]:
    """Specialists that have begun to learn and have not ended."""
    return [
        job for job in product.client.jobs(run) if job.kind == "specialist" and job.status == "running" and job.epochs
    ]


def holders(jobs: list[Job]) -> set[int]:
    """The Slurm jobs that have them."""
    return {int((job.worker or "").split("-")[-1].split("@")[0]) for job in jobs}


def busy(product: Product, cluster: AnyCluster, run: int, node: str) -> set[int]:
    """Slurm's jobs on the node whose specialists have begun to learn."""
    return holders(training(product, run)) & {*cluster.jobs_on(node)}


def disturb(product: Product, cluster: AnyCluster, run: int) -> None:
    """Kill a node while specialists train on both; then let a limit strike in the middle of an epoch."""
    wait(lambda: all(busy(product, cluster, run, node) for node in NODES), 240)
    cluster.kill_node("node2")
    deadline = time.monotonic() + 240
    while not (found := busy(product, cluster, run, "node1")):
        assert time.monotonic() < deadline, "no specialist went on"
        time.sleep(0.2)
    cluster.end_time(min(found))


def check(cluster: AnyCluster, folder: Path, config: dict[str, Any], most: int) -> None:
    """The run that was disturbed has the numbers of the one before, which was not."""
    with Product(folder / "data", lease_seconds=8, GSL_WORKERS="0") as product, kept(product, cluster, most) as said:
        undisturbed = product.client.create_run("forkmaze-quick", config).id
        assert product.client.wait(undisturbed, timeout=600).status == "succeeded"
        wait(lambda: not any(map(cluster.jobs_on, NODES)), 90)  # scaled to zero
        run = product.client.create_run("forkmaze-quick", config).id
        disturb(product, cluster, run)
        ended = product.client.wait(run, timeout=900)
        record = product.client.record(run)
        assert ended.status == "succeeded", ended.message
        assert differences(product.client.record(undisturbed), record) == []
        assert ledger_gaps(product, run, record) == []
        again = [job.key for job in product.client.jobs(run) if job.attempt > 1]
        assert len(again) >= 2, again
        wait(lambda: not any(map(cluster.jobs_on, NODES)), 90)
        wait(lambda: said.read_text().rstrip().endswith("0 jobs wait; no workers"), 30)
    wait(lambda: not left_behind(folder / "data"), 30)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_two_specialists_survive_a_node_and_a_time_limit(tmp_path: Path) -> None:
    with short_folder() as folder, Cluster(folder, dict.fromkeys(NODES, 1)).running() as cluster:
        check(cluster, tmp_path, TWO, most=2)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_sixteen_specialists_survive_a_node_and_a_time_limit(tmp_path: Path) -> None:
    with short_folder() as folder, Cluster(folder, dict.fromkeys(NODES, 2)).running() as cluster:
        check(cluster, tmp_path, SIXTEEN, most=4)


@pytest.mark.slow
@pytest.mark.slurm
@pytest.mark.timeout(2400)
def test_sixteen_specialists_survive_a_node_and_a_time_limit_of_a_real_slurm(tmp_path: Path) -> None:
    with short_folder() as folder, RealSlurm(folder, cpus=2).running() as cluster:
        check(cluster, tmp_path, SIXTEEN, most=4)
