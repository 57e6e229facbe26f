"""However many requests arrive at once, each gets a thread and a connection of the database in its turn."""

import asyncio
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from gsl.backend.services import health
from gsl.backend.services.app_services import Services
from gsl.backend.store.jobs.locks import lock_run
from tests.backend.api_driver import V1, ApiDriver, epoch, sent_by, started


def request(method: str, path: str, body: object = None) -> bytes:
    """Bytes are sent as they are, all else as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    head = f"{method} {V1}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    sender = sent_by(f"{V1}{path.partition('?')[0]}", method)["Authorization"]
    return f"{head}Authorization: {sender}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


def upload(job_id: int, number: int) -> bytes:
    """A checkpoint as a worker sends it."""
    content = b"x" * number
    announced = f"attempt=1&kind=checkpoint&name=epoch-{number}.ckpt&epoch={number}"
    return request("POST", f"/jobs/{job_id}/artifacts?{announced}&sha256={sha256(content).hexdigest()}", content)


def mixed(api: ApiDriver) -> list[bytes]:
    """What a page, a person and a worker ask: readers, writers, figures, reports."""
    run_id, job_id = api.at_the_gate(), api.job(training := api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1))
    reads = [f"/runs/{run_id}", f"/runs/{run_id}/jobs", f"/runs/{run_id}/gate", f"/runs/{run_id}/returns", "/runs"]
    figures = [f"/runs/{run_id}/figures/{figure['name']}?width=500" for figure in api.get(f"/runs/{run_id}/figures")]
    return [
        *(request("GET", path) for path in (*reads, "/queue", "/workers", "/health", *figures[:3])),
        request("PATCH", f"/runs/{training}", {"notes": "n"}),
        request("POST", "/experiments", {"name": "e"}),
        request("POST", "/runs/preview", {"preset": "forkmaze-quick"}),
        request("POST", f"/jobs/{job_id}/heartbeat", {"attempt": 1, "worker": "w1"}),
        request("POST", f"/jobs/{job_id}/reports", {"attempt": 1, "reports": [epoch(2)]}),
        request("POST", f"/jobs/{job_id}/log?attempt=1&offset=0", b"a line"),
        *(upload(job_id, number) for number in (1, 2, 3)),
    ]


def ask_at_once(address: str, requests: list[bytes]) -> Counter[str]:
    """How many answers have which status; a refusal comes with its whole text."""
    url = urlsplit(address)

    async def ask(content: bytes) -> str:
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(content)
        answer = (await reader.read()).decode(errors="replace")
        writer.close()
        status = answer.split()[1]
        return status if status.startswith("2") else answer

    async def ask_all() -> list[str]:
        return await asyncio.gather(*map(ask, requests))

    # In a thread of its own: where browser tests ran before, this one has a running loop.
    with ThreadPoolExecutor(1) as apart:
        return Counter(apart.submit(lambda: asyncio.run(ask_all())).result())


@pytest.mark.parametrize("count", [120, pytest.param(400, marks=pytest.mark.slow)])
def test_every_request_of_many_at_once_is_answered(
    api: ApiDriver, address: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE_S", 20.0)  # its first look, for which no earlier answer counts
    kinds = mixed(api)
    statuses = ask_at_once(address, [kinds[number % len(kinds)] for number in range(count)])
    assert set(statuses) == {"200", "201"}


def test_uploads_that_wait_for_a_lock_leave_threads_to_others(api: ApiDriver, address: str, services: Services) -> None:
    run_id = api.launch()
    api.claim(job_id := api.job(run_id))
    with ThreadPoolExecutor(1) as sender:
        with services.database.write() as session:
            lock_run(session, run_id)
            statuses = sender.submit(ask_at_once, address, [upload(job_id, number) for number in range(60)])
            while services.recording_threads.statistics().tasks_waiting < 50:
                time.sleep(0.01)
            assert api.get("/presets")
        assert statuses.result() == {"201": 60}
