"""`gsl token` at a real server, and the commands that start the server's own entry points."""

import subprocess
import sys
from pathlib import Path

import pytest

from gsl.backend import users
from gsl.backend.db import revisions
from gsl.client.api import Client
from gsl.client.errors import Refused
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi

ROOT = Path(__file__).parents[2]


def test_a_token_is_made_used_and_revoked(gsl: Gsl, server: RealApi) -> None:
    made = gsl("token", "create", "notebook", "--scope", "read", "--days", "0")
    assert made.code == 0
    secret = made.out.strip()
    assert secret not in made.err
    with Client(server.url, secret) as api:
        assert [run.name for run in api.runs()] == [run.name for run in api.runs()]
        with pytest.raises(Refused):
            api.create_run(preset="forkmaze-quick")
        [listed] = [one for one in gsl("token", "list", "--json").json if one["name"] == "notebook"]
        assert (listed["scope"], listed["expires_at"], listed["last_used_at"] is None) == ("read", None, False)
        assert gsl("token", "revoke", listed["id"]).code == 0
        with pytest.raises(Refused, match="revoked"):
            api.suites()
    assert "revoked" in gsl("token", "list").out


def test_a_machine_s_token_opens_the_routes_of_workers(gsl: Gsl, server: RealApi) -> None:
    made = gsl("token", "create", "gpu-1", "--worker", "--json").json
    with Client(server.url, made["secret"]) as api:
        api.workers()
        with pytest.raises(Refused, match="worker token"):
            api.suites()
    assert "gpu-1" in gsl("token", "list", "--worker").out
    assert gsl("token", "revoke", made["id"], "--worker").code == 0
    assert gsl("token", "revoke", 999).code == 3


def test_a_token_cannot_make_tokens(gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_TOKEN", gsl("token", "create", "script").out.strip())
    refused = gsl("token", "create", "another")
    assert refused.code == 3
    assert "sign in on the page" in refused.err


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (["link", "--data", "d"], ["gsl.backend.users", "link"]),
        (
            ["user", "add", "ada", "--role", "admin", "--data", "d"],
            ["gsl.backend.users", "add", "ada", "--role", "admin"],
        ),
        (["user"], ["gsl.backend.users", "--help"]),
        (["backup", "gsl.zip", "--data", "d"], ["gsl.backend.backup", "save", "gsl.zip"]),
        (["restore", "gsl.zip", "--force"], ["gsl.backend.backup", "restore", "gsl.zip", "--force"]),
    ],
    ids=" ".join,
)
def test_a_command_of_this_machine_becomes_the_entry_point(
    run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch, words: list[str], started: list[str]
) -> None:
    became: list[tuple[list[str], str]] = []

    def execve(_program: str, arguments: list[str], environment: dict[str, str]) -> None:
        became.append((arguments[3:], environment["GSL_DATA_DIR"]))

    monkeypatch.setattr("os.execve", execve)
    run_gsl(*words)
    [(arguments, folder)] = became
    assert arguments == started
    assert (folder == "d") == ("d" in words)


def test_users_are_made_by_the_command(
    tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    assert revisions.main() == 0
    command = [sys.executable, "-m", "gsl.cli.main", "user", "add", "ada"]
    environment = {"PYTHONPATH": str(ROOT), "GSL_DATA_DIR": str(tmp_path), "PATH": ""}
    ended = subprocess.run(command, env=environment, input=b"a long password\n", cwd=tmp_path, check=False)
    assert ended.returncode == 0
    assert users.main(["list"]) == 0
    assert capsys.readouterr().out == "ada  member\n"
