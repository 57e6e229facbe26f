"""A real OpenID Connect provider in a process of its own, and a person who signs in there."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx

_READY_WITHIN_S = 30.0


@contextmanager
def oidc_provider() -> Iterator[str]:
    """Its issuer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"{issuer}/.well-known/openid-configuration")
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_ready(url: str) -> None:
    patience = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            assert time.monotonic() < patience, "the provider did not start"
            time.sleep(0.05)


def knows(issuer: str, subject: str, **claims: object) -> None:
    """What the provider says of a person."""
    httpx.put(f"{issuer}/users/{subject}", json=claims, trust_env=False).raise_for_status()


def consent(address: str, subject: str, action: str = "authorize") -> tuple[str, dict[str, str]]:
    """Sign in at the provider; where it sends the browser, and with what."""
    answer = httpx.post(address, data={"sub": subject, "action": action}, trust_env=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return back.path, {name: values[0] for name, values in parse_qs(back.query).items()}
