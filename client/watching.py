"""Following a run: it is read again whenever the server's stream says that it changed, or shows that it still lives.

The stream carries ids only, and one that was opened a moment too late has missed a change. So each line of it is a
reason to look, also the signs of life that the server sends every few seconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Protocol

import httpx

from gsl.client.errors import Unreachable
from gsl.client.models import Change, Run
from gsl.client.transport import AsyncTransport, Transport

PATIENCE_S = 60.0
_RETRY_S = 1.0
_TIMEOUT = httpx.Timeout(60.0)  # longer than the server is ever silent


class Reads(Protocol):
    """As much of the client as following a run needs."""

    def run(self, run_id: int, /) -> Run: ...


class AsyncReads(Protocol):
    """The same for coroutines."""

    async def run(self, run_id: int, /) -> Run: ...


def watch(api: Reads, transport: Transport, run_id: int, patience: float) -> Iterator[Run]:
    """See `Client.watch`."""
    absence = _Absence(patience)
    while True:
        try:
            for _ in _reasons(transport, run_id):
                run = api.run(run_id)
                absence.over()
                yield run
                if run.ended:
                    return
        except Unreachable as error:
            absence.of(error)
        time.sleep(_RETRY_S)


async def watch_async(api: AsyncReads, transport: AsyncTransport, run_id: int, patience: float) -> AsyncIterator[Run]:
    """See `AsyncClient.watch`."""
    absence = _Absence(patience)
    while True:
        try:
            async for _ in _reasons_async(transport, run_id):
                run = await api.run(run_id)
                absence.over()
                yield run
                if run.ended:
                    return
        except Unreachable as error:
            absence.of(error)
        await asyncio.sleep(_RETRY_S)


class _Absence:
    """For how long a server that has answered before has not answered."""

    def __init__(self, patience: float) -> None:
        self._patience, self._since = patience, float("-inf")

    def over(self) -> None:
        self._since = time.monotonic()

    def of(self, error: Unreachable) -> None:
        """Raises the error once it has lasted too long, and at once if the server never answered."""
        if time.monotonic() - self._since > self._patience:
            raise error


def _reasons(transport: Transport, run_id: int) -> Iterator[None]:
    """Once when the stream is open, and then at each reason to read the run again."""
    with transport.stream("GET", "/stream", timeout=_TIMEOUT) as response:
        yield
        for line in response.iter_lines():
            if _concerns(line, run_id):
                yield


async def _reasons_async(transport: AsyncTransport, run_id: int) -> AsyncIterator[None]:
    async with transport.stream("GET", "/stream", timeout=_TIMEOUT) as response:
        yield
        async for line in response.aiter_lines():
            if _concerns(line, run_id):
                yield


def _concerns(line: str, run_id: int) -> bool:
    """Whether a line of the stream is a change of this run or, as a comment, a sign of life."""
    if line.startswith("data:"):
        return Change.model_validate_json(line.removeprefix("data:")).run_id == run_id
    return line.startswith(":")
