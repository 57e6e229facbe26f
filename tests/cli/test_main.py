"""Which commands there are, how they end, and that nothing ends in a traceback."""

import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path

import pytest

from gsl.cli.main import COMMANDS, main
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi

ROOT = Path(__file__).parents[2]
WORDS = {
    "approve", "archive", "backup", "cancel", "compare", "continue", "delete", "demo", "doctor", "dry-run", "export",
    "fork", "import", "keep-training", "launch", "link", "list", "login", "move", "pause", "policies", "reject",
    "rename", "restore", "resume", "retry", "show", "slurm", "store-policy", "sweep", "tag", "token", "tree",
    "undelete", "up", "user", "video", "views", "watch", "worker", "workers", "trainer",
}  # fmt: skip
NOBODY = "http://127.0.0.1:9"


class Stranger(BaseHTTPRequestHandler):
    """A web server of another kind."""

    def do_GET(self) -> None:
        body = b"<html>\nhello</html>" if "preset" not in self.path else b"[{}]"
        self.send_response(200 if "preset" in self.path or "health" in self.path else 404)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_commands_are_the_words_of_page_and_api(run_gsl: Gsl) -> None:
    assert {name for commands in COMMANDS.values() for name in commands} == WORDS
    helped = run_gsl("--help")
    assert helped.code == 0
    assert all(f" {word} " in helped.out for word in WORDS)


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_command_explains_itself(run_gsl: Gsl, word: str) -> None:
    helped = run_gsl(word, "-h")
    assert (helped.code, helped.err) == (0, "")
    assert f"Usage: gsl {word}" in helped.out


def test_the_installed_command_is_this_one() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["gsl"].partition(":")
    assert getattr(import_module(module), name) is main


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["show", "99"], 3, "99"),
        (["show", "seven"], 2, "RUN"),
        (["show"], 2, "RUN"),
        (["dance"], 2, "dance"),
        (["--url", "gsl.lan", "list"], 2, "gsl.lan"),
        (["--url", NOBODY, "list"], 4, NOBODY),
        (["--url", NOBODY, "watch", "1"], 4, NOBODY),
        (["list", "--status", "happy"], 2, "happy"),
        (["launch", "forkmaze-quick", "--set", "suite.goals=-1"], 3, "config.suite.goals"),
        (["compare", "nothing"], 3, "nothing"),
    ],
)
def test_an_error_has_an_exit_code_and_says_what(gsl: Gsl, arguments: list[str], code: int, named: str) -> None:
    ended = gsl(*arguments)
    assert ended.code == code, ended.err
    assert named in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("arguments", [["list"], ["list", "presets"], ["show", "1"], ["watch", "1"], ["login"]])
def test_a_server_of_another_kind_is_told_apart(run_gsl: Gsl, stranger: str, arguments: list[str]) -> None:
    ended = run_gsl("login", stranger) if arguments == ["login"] else run_gsl("--url", stranger, *arguments)
    assert ended.code in (3, 4), ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_process_of_its_own_ends_with_the_code_and_one_line(settings: Path, server: RealApi) -> None:
    environment = {**os.environ, "GSL_URL": server.url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gsl.cli.main"]
    refused = subprocess.run([*command, "show", "99", "--json"], env=environment, capture_output=True, check=False)
    assert (refused.returncode, refused.stdout) == (3, b"")
    assert len(refused.stderr.splitlines()) == 1


def test_a_shell_completes_commands(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_GSL_COMPLETE": "complete_bash", "COMP_WORDS": "gsl la", "COMP_CWORD": "1"}.items():
        monkeypatch.setenv(name, value)
    assert run_gsl().out.split() == ["launch"]
