"""A stand-in for Slurm, and `gsl slurm` at a server of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backend.api_driver import OWNER_TOKEN
from tests.backend.services.broker import short_folder
from tests.cli.conftest import Ended, Gsl
from tests.cli.slurm.cluster import Cluster
from tests.worker.real_api import TOKEN, RealApi


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Without a node, so that nothing starts; its commands come first in the PATH."""
    with short_folder() as folder:
        cluster = Cluster(folder, {})
        monkeypatch.setenv("PATH", str(cluster.bin), prepend=":")
        with cluster.running():
            yield cluster


@pytest.fixture(scope="package")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    """A server where two jobs wait that no worker takes."""
    with RealApi(tmp_path_factory.mktemp("server") / "data") as api:
        api.launch()
        api.launch()
        yield api


@pytest.fixture
def slurm(run_gsl: Gsl, busy: RealApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """`slurm("--most", 3)` looks once."""
    given = {"GSL_URL": busy.url, "GSL_TOKEN": OWNER_TOKEN, "GSL_WORKER_TOKEN": TOKEN}
    for name, value in {**given, "XDG_STATE_HOME": str(tmp_path / "state"), "CUDA_VISIBLE_DEVICES": "7"}.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: run_gsl("slurm", *arguments, "--once")
