"""One HTTP session with the API; turns every failure into one of the errors of `client.errors`."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError

from client.errors import Refused, Unreachable
from gsl.protocol.api import Problem

API = "/api/v1"
_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
# After the last byte of a large upload, the server needs a while to hash and store it.
_TIMEOUT = httpx.Timeout(30.0, connect=5.0, read=60.0)


class Transport:
    """Requests to one API, with `token` or the one that this machine has for it. Thread-safe, as httpx's client is."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        token = token or find_token(url)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # A proxy from the environment does not apply to a server on this machine.
        self._http = httpx.Client(
            base_url=self.url + API, headers=headers, timeout=_TIMEOUT, trust_env=not _is_loopback(self.url)
        )

    def close(self) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The whole answer; `options` are httpx's. Raises `Unreachable` or `Refused`."""
        with _translated(self.url):
            response = self._http.request(method, path, **options)
        return _checked(response)

    @contextmanager
    def stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        """An answer read in chunks; also raises `Unreachable` if the connection breaks in between."""
        with _translated(self.url), self._http.stream(method, path, **options) as response:
            if response.is_error:
                response.read()
            yield _checked(response)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.RequestError as error:
        raise Unreachable(f"no answer from {url}: {str(error) or type(error).__name__}") from error


def _checked(response: httpx.Response) -> httpx.Response:
    if not response.is_error:
        return response
    detail, fields = _explained(response)
    if response.status_code in _TRY_LATER or response.is_server_error:
        raise Unreachable(f"{response.status_code} from {response.request.url}: {detail}")
    raise Refused(response.status_code, detail, fields)


def _explained(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """Detail and invalid fields of a problem; of other answers, such as a proxy's page, the first characters."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return response.text[:500] or response.reason_phrase, {}
    fields = {error.field: error.message for error in problem.errors}
    return problem.detail or problem.title or response.reason_phrase, fields


def find_token(url: str) -> str | None:
    """That of GSL_TOKEN, or, for a server on this machine, the one in its data folder; None if there is none.

    Whoever can read the data folder owns what is in it, so its token opens everything: no other machine is sent it.
    """
    return os.environ.get("GSL_TOKEN") or (_owner_token() if _is_loopback(url) else None)


def _owner_token() -> str | None:
    """What the server keeps in its data folder: GSL_DATA_DIR, or `data` where the script runs."""
    folder = Path(os.environ.get("GSL_DATA_DIR") or "data")
    try:
        return (folder / "owner-token").read_text().strip() or None
    except OSError:  # it is another user's, or the server runs elsewhere
        return None


def _is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine alone, to which no proxy of the environment applies."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
