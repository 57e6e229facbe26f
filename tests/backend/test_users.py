"""The commands with which the first admin is made, and the owner's link is printed."""

import io
from pathlib import Path

import pytest

from gsl.backend import users
from gsl.backend.db.revisions import migrate
from gsl.backend.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a migrated database in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    for name in ("DATABASE_URL", "GSL_OWNER_TOKEN", "GSL_PUBLIC_URL", "PORT", "GSL_HOST"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    migrate(settings.database_url)
    return settings


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return users.main(list(arguments))


def test_the_first_admin_and_the_link(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "list") == 0
    assert run(monkeypatch, "add", "ada", "--role", "admin", password="a long password") == 0
    assert run(monkeypatch, "role", "ada", "--role", "member") == 0
    assert run(monkeypatch, "list") == 0
    assert run(monkeypatch, "link") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "None yet."
    assert said[-2:] == ["ada  member", f"http://127.0.0.1:8000/?token={settings.owner_token}"]
    assert "a long password" not in "".join(said)
    assert run(monkeypatch, "password", "ada", password="another password") == 0
    assert run(monkeypatch, "sign-out", "ada") == 0
    assert run(monkeypatch, "invite", "--role", "viewer") == 0
    assert "/invitation#" in capsys.readouterr().out


def test_mistakes_are_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "add", "ada", password="short") == 1
    assert run(monkeypatch, "add", "Ada B", password="a long password") == 1
    assert run(monkeypatch, "add", "owner", password="a long password") == 1
    assert run(monkeypatch, "role", "nobody", "--role", "admin") == 1
    monkeypatch.setenv("GSL_DATA_DIR", str(settings.data_dir / "elsewhere"))
    assert run(monkeypatch, "list") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split()[-1] for line in said.err.splitlines()][3:] == ["exist.", "account"]
    assert len(said.err.splitlines()) == 5
