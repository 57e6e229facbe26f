"""The client that is awaited has everything that the client that waits has, from the same declarations."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gsl.client.api import AsyncClient, Client
from gsl.client.endpoints import endpoint, paged
from gsl.client.errors import Refused, Unreachable
from gsl.client.models import Run
from gsl.protocol.reports import ArtifactReport
from tests.worker.real_api import OWNER_TOKEN, RealApi

T = TypeVar("T")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    with RealApi(tmp_path_factory.mktemp("data")) as api:
        yield api


def ask(api: RealApi, question: Callable[[AsyncClient], Coroutine[Any, Any, T]]) -> T:
    async def answer() -> T:
        async with AsyncClient(api.url, OWNER_TOKEN) as client:
            return await question(client)

    return awaited(answer())


def awaited(answer: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser's tests leave an event loop running in the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


def test_both_clients_have_the_same_methods() -> None:
    def public(client: type) -> set[str]:
        return {name for name in dir(client) if not name.startswith("_")}

    assert public(Client) == public(AsyncClient)
    declared = [name for name in public(Client) if isinstance(getattr(Client, name), (endpoint, paged))]
    assert len(declared) > 40


def test_a_method_explains_itself_and_its_arguments(api: RealApi) -> None:
    signature = inspect.signature(api.client.create_run)
    assert [*signature.parameters][:3] == ["preset", "config", "name"]
    assert "Launch a run" in (api.client.create_run.__doc__ or "")
    assert "Launch a run" in (Client.create_run.__doc__ or "")


def test_it_answers_as_the_other_does(api: RealApi) -> None:
    first, second = (api.client.create_run("forkmaze-quick", tags=["both"]).id for _ in range(2))

    async def question(client: AsyncClient) -> tuple[Run, list[int], object]:
        run, gate = await asyncio.gather(client.run(first), client.gate(first))
        return run, [each.id async for each in client.runs(tag="both")], gate

    run, ids, gate = ask(api, question)
    assert run.id == api.client.run(first).id
    assert ids == [each.id for each in api.client.runs(tag="both")] == [second, first]
    assert gate is None


def test_it_raises_the_same_errors(api: RealApi) -> None:
    with pytest.raises(Refused) as refused:
        ask(api, lambda client: client.create_run("forkmaze-quick", {"suite": {"goals": -1}}))
    assert "config.suite.goals" in refused.value.fields

    async def away() -> None:
        async with AsyncClient("http://127.0.0.1:9") as client:
            await client.health()

    with pytest.raises(Unreachable):
        awaited(away())


def test_it_waits_and_watches_without_blocking(api: RealApi) -> None:
    run_id = api.client.create_run("forkmaze-quick").id

    async def question(client: AsyncClient) -> tuple[list[str], str]:
        async def watched() -> list[str]:
            return [run.status async for run in client.watch(run_id)]

        async def cancelled() -> None:
            await asyncio.sleep(0.5)
            await client.cancel(run_id)

        seen, run, _ = await asyncio.gather(watched(), client.wait(run_id, every=0.1, timeout=30), cancelled())
        return seen, run.status

    seen, status = ask(api, question)
    assert (seen[0], seen[-1], status) == ("queued", "cancelled", "cancelled")
    with pytest.raises(TimeoutError, match="queued"):
        ask(api, lambda client: client.wait(client_run(api), every=0.01, timeout=0.0))


def client_run(api: RealApi) -> int:
    return api.client.create_run("forkmaze-quick").id


def test_the_stream_and_a_file_arrive(api: RealApi, tmp_path: Path) -> None:
    job = api.launch()
    (tmp_path / "sent.ckpt").write_bytes(b"0123456789" * 300_000)
    claim = api.worker_api.claim(job, "w1")
    report = ArtifactReport(kind="checkpoint", name="epoch-000001.ckpt", epoch=1, path="sent.ckpt")
    api.worker_api.upload(job, claim.attempt, report, tmp_path / "sent.ckpt")

    async def question(client: AsyncClient) -> tuple[Path, int | None]:
        stored = await client.policy_file(claim.run_id)
        changes: AsyncIterator[Any] = client.stream()
        waiting: Awaitable[Any] = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.3)
        await client.cancel(claim.run_id)
        return await client.download(stored, tmp_path / "got.ckpt"), (await waiting).run_id

    path, changed = ask(api, question)
    assert path.read_bytes() == (tmp_path / "sent.ckpt").read_bytes()
    assert changed == claim.run_id
