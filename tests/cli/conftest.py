"""The command in this process, at a real server."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gsl.cli.main import main
from tests.backend.api_driver import OWNER_TOKEN, ApiDriver
from tests.worker.real_api import RealApi


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Gsl = Callable[..., Ended]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    """Shared by the tests, and without a worker: a test plays it."""
    with RealApi(tmp_path_factory.mktemp("server") / "data") as api:
        yield api


@pytest.fixture(scope="session")
def driver(server: RealApi) -> Iterator[ApiDriver]:
    """The same server for a test that plays a worker."""
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield ApiDriver(client)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the user's settings, and neither a server in the environment nor one's data."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path / "no-data"))
    for name in ("GSL_URL", "GSL_TOKEN", "REDIS_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "settings"


@pytest.fixture
def run_gsl(settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gsl:
    """`run_gsl("list", "--json")` runs the command and returns how it ended."""

    def run(*arguments: object, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return run


@pytest.fixture
def gsl(run_gsl: Gsl, server: RealApi, monkeypatch: pytest.MonkeyPatch) -> Gsl:
    """The same for the shared server."""
    monkeypatch.setenv("GSL_URL", server.url)
    monkeypatch.setenv("GSL_TOKEN", OWNER_TOKEN)
    return run_gsl
