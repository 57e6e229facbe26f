"""One HTTP session with the API; turns every failure into one of the errors of `gsl.client.errors`."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import ValidationError

from gsl.client.errors import Refused, Unreachable
from gsl.protocol.api import Problem

API = "/api/v1"
_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
ANSWER_S = 60.0
"""Seconds to wait for an answer: a large upload takes the server a while to hash and store."""


class Transport:
    """Requests to one API. Thread-safe, as httpx's client is."""

    def __init__(self, url: str, token: str | None = None, timeout: float = ANSWER_S) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(**_settings(self.url, token, timeout))

    def close(self) -> None:
        self._http.close()

    def send(self, method: str, path: str, after: float = 0.0, **options: Any) -> httpx.Response:
        """The same as `request`, `after` so many seconds."""
        if after:
            time.sleep(after)
        return self.request(method, path, **options)

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


class AsyncTransport:
    """The same for coroutines."""

    def __init__(self, url: str, token: str | None = None, timeout: float = ANSWER_S) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(**_settings(self.url, token, timeout))

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, method: str, path: str, after: float = 0.0, **options: Any) -> httpx.Response:
        if after:
            await asyncio.sleep(after)
        with _translated(self.url):
            response = await self._http.request(method, path, **options)
        return _checked(response)

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        with _translated(self.url):
            async with self._http.stream(method, path, **options) as response:
                if response.is_error:
                    await response.aread()
                yield _checked(response)


def _settings(url: str, token: str | None, timeout: float) -> dict[str, Any]:
    """httpx's. A proxy from the environment does not apply to a server on this machine."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Timeout(min(timeout, 30.0), connect=min(timeout, 5.0), read=timeout)
    return {"base_url": url + API, "headers": headers, "timeout": limits, "trust_env": not is_loopback(url)}


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


def is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
