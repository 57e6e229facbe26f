"""The command: every check once, and an exit code that a script can use."""

import socket

import pytest

from tests.cli.conftest import Gsl

CHECKS = {"python", "packages", "GPU", "memory", "disk", "proxy", "broker", "server"}


def test_every_check_is_made_and_a_problem_fails(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setattr("gsl.cli.doctor.network._PATIENCE_S", 0.2)
        ended = run_gsl("doctor", "--json")
    states = {finding["check"]: finding["state"] for finding in ended.json}
    assert ended.code == 1
    assert states.keys() >= CHECKS | {"suite procgen", "suite maniskill", "C compiler", "C++ compiler"}
    assert [name for name, state in states.items() if state == "problem"] == [f"port {port}"]


def test_a_port_that_is_no_number_is_a_problem(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "65536")
    ended = run_gsl("doctor")
    assert ended.code == 1
    assert 'PORT is "65536"' in ended.out
    assert "1 problem" in ended.out
