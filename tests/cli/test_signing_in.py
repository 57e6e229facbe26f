"""Choosing a server: what is stored, for whom, and what counts before it."""

import stat
from pathlib import Path

import pytest

from gsl.client.login import find
from tests.cli.conftest import Gsl
from tests.worker.real_api import OWNER_TOKEN, RealApi


def test_a_login_is_stored_for_its_owner_alone_and_used(run_gsl: Gsl, server: RealApi, settings: Path) -> None:
    ended = run_gsl("login", server.url, "--token-stdin", stdin=f"{OWNER_TOKEN}\n")
    assert ended.code == 0, ended.err
    [file] = settings.rglob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert OWNER_TOKEN not in ended.out + ended.err
    assert (find().url, find().token) == (server.url, OWNER_TOKEN)
    assert run_gsl("list", "--json").code == 0


def test_a_second_login_replaces_the_first(run_gsl: Gsl, server: RealApi) -> None:
    run_gsl("login", server.url, "--token-stdin", stdin=OWNER_TOKEN)
    again = run_gsl("login", f"{server.url}/", "--json")
    assert (again.json["url"], again.json["token"]) == (server.url, False)
    assert find().token is None


def test_the_environment_counts_first_and_a_token_stays_with_its_server(
    run_gsl: Gsl, server: RealApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_gsl("login", server.url, "--token-stdin", stdin=OWNER_TOKEN)
    assert find("http://elsewhere").token is None
    assert find(server.url).token == OWNER_TOKEN
    monkeypatch.setenv("GSL_URL", "http://other:1")
    assert (find().url, find().token) == ("http://other:1", None)
    monkeypatch.setenv("GSL_TOKEN", "given")
    assert (find().url, find().token) == ("http://other:1", "given")
    assert find(server.url, "mine").token == "mine"
    assert "given" not in repr(find())


def test_a_token_that_the_server_does_not_know_is_not_stored(run_gsl: Gsl, server: RealApi, settings: Path) -> None:
    ended = run_gsl("login", server.url, "--token-stdin", stdin="gslp_of_another_server")
    assert ended.code == 3
    assert "not known here" in ended.err
    assert list(settings.rglob("*.json")) == []


def test_a_server_that_does_not_answer_is_not_stored(run_gsl: Gsl, settings: Path) -> None:
    assert run_gsl("login", "http://127.0.0.1:9").code == 4
    assert run_gsl("login", "gsl.lan").code == 2
    assert run_gsl("login", "http://127.0.0.1:9", "--token-stdin", stdin="a\x01b").code == 1
    assert list(settings.rglob("*.json")) == []


def test_a_damaged_file_is_an_error_that_says_what_to_do(run_gsl: Gsl, server: RealApi, settings: Path) -> None:
    run_gsl("login", server.url)
    [file] = settings.rglob("*.json")
    file.write_text("{")
    ended = run_gsl("list")
    assert ended.code == 2
    assert "gsl login" in ended.err
    assert run_gsl("--url", server.url, "list", "--json").code == 2
    assert run_gsl("login", server.url).code == 0
