"""Everything the page can do, for scripts and notebooks.

with Client("http://127.0.0.1:8000") as api:
    run = api.create_run(preset="forkmaze", config={"seed": 3})
    run = api.wait(run.id)

`AsyncClient` has the same methods, which are awaited:

async with AsyncClient() as api:
    run = await api.create_run(preset="forkmaze")
    async for run in api.watch(run.id):
        print(run.status)
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import httpx
from httpx_sse import EventSource

from gsl.client import files, models, watching
from gsl.client.accounts import AccountCalls, PeopleCalls
from gsl.client.binned import BinCalls
from gsl.client.catalogue import CatalogueCalls, ExperimentCalls
from gsl.client.comparing import ComparisonCalls
from gsl.client.endpoints import AsyncSender, Sender
from gsl.client.kept import KeptCalls
from gsl.client.login import find
from gsl.client.measurements import MeasurementCalls
from gsl.client.policies import LinkCalls, PolicyCalls
from gsl.client.projects import ProjectCalls
from gsl.client.runs import GateCalls, RunCalls
from gsl.client.sweeps import SweepCalls
from gsl.client.transport import ANSWER_S, AsyncTransport, Transport
from gsl.client.videos import VideoCalls

STREAM_TIMEOUT = httpx.Timeout(60.0)
"""Longer than the server is ever silent."""


TableFormat = Literal["parquet", "csv", "json"]


def _tables(of: str, format: TableFormat, files_of: Sequence[str]) -> tuple[str, dict[str, Any]]:
    return f"{of}/export", {"format": format, "files": list(files_of)}


class _Calls(
    CatalogueCalls, ExperimentCalls, RunCalls, GateCalls, MeasurementCalls, AccountCalls, PeopleCalls, ProjectCalls,
    BinCalls, PolicyCalls, LinkCalls, SweepCalls, ComparisonCalls, VideoCalls, KeptCalls,
):  # fmt: skip
    """All calls that are declared once for both clients."""


class Client(_Calls, Sender):
    """The API of one server. Methods raise `Unreachable` (try again later) or `Refused` (with the invalid fields).

    Without arguments it is the server of GSL_URL and GSL_TOKEN, or of `gsl login`, or the one on this machine.
    """

    def __init__(self, url: str | None = None, token: str | None = None, *, timeout: float = ANSWER_S) -> None:
        """`timeout` is in seconds, for each answer."""
        login = find(url, token)
        self._transport = Transport(login.url, login.token, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        return self._transport.url

    def close(self) -> None:
        self._transport.close()

    def download(self, artifact: models.Artifact, path: str | Path) -> Path:
        """Write an artifact's content to `path`, and return that."""
        return files.download(self._transport, artifact, Path(path))

    def export(
        self, run_id: int, path: str | Path, format: TableFormat = "parquet", files_of: Sequence[str] = ()
    ) -> Path:
        """Write a zip of the run's tables, and of its stored files of these kinds, such as checkpoint, to `path`."""
        return files.save(self._transport, _tables(f"/runs/{run_id}", format, files_of), Path(path))

    def export_experiment(
        self, experiment_id: int, path: str | Path, format: TableFormat = "parquet", files_of: Sequence[str] = ()
    ) -> Path:
        """The same of all runs of an experiment."""
        return files.save(self._transport, _tables(f"/experiments/{experiment_id}", format, files_of), Path(path))

    def stream(self) -> Iterator[models.Change]:
        """Changes as they happen, until the server closes the stream; raises `Unreachable` if it breaks off."""
        with self._transport.stream("GET", "/stream", timeout=STREAM_TIMEOUT) as response:
            for event in EventSource(response).iter_sse():
                yield models.Change.model_validate_json(event.data)

    def watch(self, run_id: int, *, patience: float = watching.PATIENCE_S) -> Iterator[models.Run]:
        """The run now, whenever it changes, and when it has ended.

        Raises `Unreachable` once the server has been away for more than `patience` seconds.
        """
        return watching.watch(self, self._transport, run_id, patience)


class AsyncClient(_Calls, AsyncSender):
    """The same for coroutines: each method of `Client` is awaited, each of its iterators asynchronous."""

    def __init__(self, url: str | None = None, token: str | None = None, *, timeout: float = ANSWER_S) -> None:
        login = find(url, token)
        self._transport = AsyncTransport(login.url, login.token, timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        return self._transport.url

    async def close(self) -> None:
        await self._transport.close()

    async def download(self, artifact: models.Artifact, path: str | Path) -> Path:
        """Write an artifact's content to `path`, and return that."""
        return await files.download_async(self._transport, artifact, Path(path))

    async def export(
        self, run_id: int, path: str | Path, format: TableFormat = "parquet", files_of: Sequence[str] = ()
    ) -> Path:
        """Write a zip of the run's tables, and of its stored files of these kinds, such as checkpoint, to `path`."""
        return await files.save_async(self._transport, _tables(f"/runs/{run_id}", format, files_of), Path(path))

    async def export_experiment(
        self, experiment_id: int, path: str | Path, format: TableFormat = "parquet", files_of: Sequence[str] = ()
    ) -> Path:
        """The same of all runs of an experiment."""
        return await files.save_async(
            self._transport, _tables(f"/experiments/{experiment_id}", format, files_of), Path(path)
        )

    async def stream(self) -> AsyncIterator[models.Change]:
        """Changes as they happen, until the server closes the stream; raises `Unreachable` if it breaks off."""
        async with self._transport.stream("GET", "/stream", timeout=STREAM_TIMEOUT) as response:
            async for event in EventSource(response).aiter_sse():
                yield models.Change.model_validate_json(event.data)

    def watch(self, run_id: int, *, patience: float = watching.PATIENCE_S) -> AsyncIterator[models.Run]:
        """The run now, whenever it changes, and when it has ended; raises as `Client.watch`."""
        return watching.watch_async(self, self._transport, run_id, patience)
