"""Ports, proxies, brokers and servers, as they are found wrong."""

import socket
from collections.abc import Iterable

import pytest

from gsl.cli.doctor import Finding, network
from gsl.client.login import Login
from tests.worker.real_api import RealApi


def one(findings: Iterable[Finding]) -> Finding:
    [finding] = findings
    return finding


def test_a_port_that_another_program_has_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        found = one(network.port(number, "127.0.0.1"))
        assert (found.state, f"--port {number + 1}" in found.remedy) == ("problem", True)
    assert one(network.port(number, "127.0.0.1")).state == "ok"


@pytest.mark.parametrize(
    ("environment", "state"),
    [
        ({}, "ok"),
        ({"NO_PROXY": "x"}, "ok"),
        ({"HTTP_PROXY": "http://p:1"}, "warning"),
        ({"http_proxy": "http://p:1", "no_proxy": "lab.org"}, "warning"),
        ({"http_proxy": "http://p:1", "no_proxy": "localhost"}, "warning"),
        ({"http_proxy": "http://p:1", "no_proxy": "localhost,127.0.0.1"}, "ok"),
        ({"ALL_PROXY": "socks5://p:1", "NO_PROXY": "127.0.0.0/8, .localhost"}, "ok"),
        ({"https_proxy": "http://p:1", "no_proxy": "*"}, "ok"),
    ],
)
def test_a_proxy_that_catches_this_machine_is_told_of(environment: dict[str, str], state: str) -> None:
    found = one(network.proxy(environment))
    assert found.state == state
    if state == "warning":
        remedied = dict([found.remedy.removeprefix("export ").split("=", 1)])
        assert one(network.proxy({**environment, **remedied, "no_proxy": remedied["NO_PROXY"]})).state == "ok"


@pytest.mark.parametrize("url", ["redis://:hidden@127.0.0.1:9/0", "amqp://127.0.0.1", "redis://:hid/den@h/0"])
def test_a_broker_that_cannot_be_used_is_a_problem(url: str) -> None:
    found = one(network.broker(url))
    assert found.state == "problem"
    assert "hid" not in found.found


def test_no_broker_is_none_to_worry_about() -> None:
    assert one(network.broker("")).state == "ok"


def test_the_server_is_asked_for_its_health(server: RealApi, monkeypatch: pytest.MonkeyPatch) -> None:
    assert one(network.server(Login(server.url))).state == "ok"
    assert "serves there" in one(network.port(server.settings.port, "127.0.0.1")).found
    assert one(network.server(Login("http://127.0.0.1:9"))).state == "problem"
    version = server.client.health().version
    monkeypatch.setattr("gsl.cli.doctor.network.__version__", "99.0")
    found = one(network.server(Login(server.url)))
    assert (found.state, version in found.remedy) == ("warning", True)
