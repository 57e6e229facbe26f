"""A plain script keeps control of its training, on the whole product: killed, started again, asked about, and split."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backend.api_driver import OWNER_TOKEN
from tests.system.product import Product, wait

SCRIPT = Path(__file__).parents[2] / "examples" / "trainers" / "plain_loop.py"
LEASE_S = 4.0


@contextmanager
def script(product: Product, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It finds no package: neither ours nor any other."""
    environment = {"PATH": os.environ["PATH"], "GSL_URL": product.client.url, "GSL_TOKEN": OWNER_TOKEN}
    command = [sys.executable, "-S", "-E", str(SCRIPT), str(folder)]
    with (folder.parent / "script.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_plain_script_has_a_histogram_a_plateau_a_gate_and_two_child_runs(tmp_path: Path) -> None:
    with Product(tmp_path / "data", LEASE_S, GSL_WORKERS="0") as product:
        client, folder = product.client, tmp_path / "levers"
        with script(product, folder):
            wait(lambda: any(run.spent_steps for run in client.runs()), 60)
        [run] = client.runs()
        assert run.status == "generalist"
        wait(lambda: "waiting for its script" in client.run(run.id).message, 30)
        with script(product, folder) as again:
            wait(lambda: client.run(run.id).status == "awaiting_approval", 60)
            assert client.figure_json(run.id, "variation_histogram")["data"]
            client.approve(run.id)
            assert again.wait(90) == 0, (tmp_path / "script.log").read_text()
        ended = client.run(run.id)
        assert ended.status == "succeeded", ended.message
        assert ended.script is not None
        children = [client.run(one.run_id) for one in ended.script.specialists]
        assert {child.status for child in children} == {"succeeded"}
        assert len(children) == 2
        assert min(child.score or 0 for child in children) > (ended.score or 1)
