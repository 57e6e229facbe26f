"""A wrong setting is named at the start, before anything is written."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import ValidationError

from gsl.backend.app import create_app
from gsl.backend.db.revisions import UnusableDatabaseError, migrate
from gsl.backend.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("REDIS_URL", "localhost"),
        ("REDIS_URL", "amqp://localhost"),
        ("REDIS_URL", "redis://:pass/word@host:6379/0"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://user@host/name"),
        ("GSL_LEASE_SECONDS", "0"),
        ("GSL_WORKERS", "-1"),
        ("GSL_WORKERS", "many"),
        ("GSL_PUBLIC_URL", "lab.example.org/gsl"),
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
    assert Settings(host=host, port=8000).address == address


@pytest.mark.parametrize(("public", "ready"), [("", "http://127.0.0.1:8000"), ("https://lab/gsl/", "https://lab/gsl")])
def test_people_are_sent_to_the_public_address(public: str, ready: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_PUBLIC_URL", public)
    settings = Settings()
    assert settings.opened_at == ready
    assert settings.address == "http://127.0.0.1:8000"


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('ffff00001111')")
        database.commit()


@pytest.mark.parametrize(
    ("damage", "reason"), [(newer, "newer version"), (lambda file: file.write_text("hello " * 999), "not a database")]
)
def test_a_database_that_cannot_be_used_is_named_in_one_sentence(
    damage: Callable[[Path], object], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "gsl.db"
    damage(file)
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(UnusableDatabaseError, match=reason) as refused:
        migrate(Settings().database_url)
    assert str(file) in str(refused.value)
    assert "GSL_DATA_DIR" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_database_that_is_named_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path / "settings"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    migrate(f"sqlite:///{tmp_path / 'other.db'}")
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "settings" / "gsl.db").exists()


def test_the_product_says_what_is_wrong_in_one_sentence(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin",
        "PORT": "8000",
        "DATABASE_URL": "nonsense",
        "GSL_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "gsl.backend.local"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "DATABASE_URL" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_the_api_alone_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "amqp://:secret@localhost")
    with pytest.raises(SystemExit, match="REDIS_URL") as ended:
        create_app()
    assert "secret" not in str(ended.value)


def test_the_api_alone_refuses_a_newer_database_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    newer(tmp_path / "gsl.db")
    with pytest.raises(UnusableDatabaseError, match="ffff00001111") as refused:
        migrate(Settings().database_url)
    with pytest.raises(SystemExit) as ended:
        create_app()
    assert str(ended.value) == str(refused.value)


def test_the_api_alone_starts_before_its_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose starts both together; health says what is missing."""
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/gsl")
    create_app()
    monkeypatch.delenv("DATABASE_URL")
    create_app()
    assert not (tmp_path / "gsl.db").exists()
