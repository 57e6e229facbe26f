"""A wrong setting is named at the start, before anything is written."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.local.__main__ import Local
from backend.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("REDIS_URL", "localhost"),
        ("REDIS_URL", "amqp://localhost"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("GSL_LEASE_SECONDS", "0"),
        ("GSL_WORKERS", "-1"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]


@pytest.mark.parametrize(
    "url", ["", "sqlite:////tmp/x.db", "postgresql://u:p@h/d", "postgres://h/d", "postgresql+psycopg://h/d"]
)
def test_every_form_of_a_databases_url_is_accepted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert Settings().database_url.startswith(("sqlite:///", "postgresql+psycopg://"))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("::", "http://[::1]:8000"),
        ("gpu.example", "http://gpu.example:8000"),
    ],
)
def test_the_address_is_one_that_this_machine_can_open(host: str, address: str) -> None:
    assert Local(Settings(host=host, port=8000), dev=False).address == address


def test_the_product_says_what_is_wrong_in_one_sentence(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin",
        "PORT": "8000",
        "DATABASE_URL": "nonsense",
        "GSL_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "backend.local"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "DATABASE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
