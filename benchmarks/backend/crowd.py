"""Many at once: fifty open pages that are told of every change, and twenty workers that report."""

import asyncio
import time
from dataclasses import dataclass, field

import httpx
import numpy as np

from benchmarks.backend.intake import METRICS, Reporter
from benchmarks.backend.routes import Api
from gsl.protocol.reports import Wire
from tests.backend.api_driver import BEARER, OWNER, V1

STREAMS, REPORTERS = 50, 20
EVERY_S = 0.5
"""Between the reports of one worker: an epoch of a fast environment."""
SECONDS = 15.0


class Crowd(Wire):
    """Milliseconds of reports and of pages that ask for the list and a run meanwhile."""

    streams: int
    reporters: int
    seconds: float
    reports: int
    report_p50_ms: float
    report_p99_ms: float
    pages: int
    page_p50_ms: float
    page_p99_ms: float
    changes_of_a_stream: float
    errors: int
    cpu_share: float
    peak_mib: float


@dataclass
class _Seen:
    reports: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    changes: int = 0
    errors: int = 0


def crowd(api: Api, seconds: float = SECONDS) -> Crowd:
    reporters = [Reporter(api, f"crowd {number}") for number in range(REPORTERS)]
    before, seen = api.server.cpu_seconds(), _Seen()
    asyncio.run(_all_at_once(api.server.address, reporters, seconds, seen))
    reports, pages = 1000 * np.array(seen.reports), 1000 * np.array(seen.pages)
    return Crowd(
        streams=STREAMS, reporters=REPORTERS, seconds=seconds, reports=len(reports), pages=len(pages),
        report_p50_ms=round(float(np.percentile(reports, 50)), 1),
        report_p99_ms=round(float(np.percentile(reports, 99)), 1),
        page_p50_ms=round(float(np.percentile(pages, 50)), 1), page_p99_ms=round(float(np.percentile(pages, 99)), 1),
        changes_of_a_stream=round(seen.changes / STREAMS, 1), errors=seen.errors,
        cpu_share=round((api.server.cpu_seconds() - before) / seconds, 2), peak_mib=round(api.server.peak_mib(), 1),
    )  # fmt: skip


async def _all_at_once(address: str, reporters: list[Reporter], seconds: float, seen: _Seen) -> None:
    limits = httpx.Limits(max_connections=200)
    asking = httpx.AsyncClient(base_url=address, headers=OWNER, timeout=60, trust_env=False, limits=limits)
    async with asking as client:
        streams = [asyncio.create_task(_listen(client, seen)) for _ in range(STREAMS)]
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_report(client, reporter, place, end, seen) for place, reporter in enumerate(reporters)),
            _look(client, reporters[0].run_id, end, seen),
        )
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def _listen(client: httpx.AsyncClient, seen: _Seen) -> None:
    try:
        async with client.stream("GET", f"{V1}/stream") as answer:
            async for line in answer.aiter_lines():
                seen.changes += line.startswith("data:")
    except httpx.HTTPError:
        seen.errors += 1


async def _report(client: httpx.AsyncClient, reporter: Reporter, place: int, end: float, seen: _Seen) -> None:
    await asyncio.sleep(EVERY_S * place / REPORTERS)
    while time.monotonic() < end:
        body = {"attempt": 1, "reports": reporter.batch(1, 100, METRICS)}
        path = f"{V1}/jobs/{reporter.job_id}/reports"
        seconds = await _timed(client.post(path, json=body, headers=BEARER), seen.reports, seen)
        await asyncio.sleep(max(0.0, EVERY_S - seconds))


async def _look(client: httpx.AsyncClient, run_id: int, end: float, seen: _Seen) -> None:
    while time.monotonic() < end:
        for path in ("/runs?limit=50", f"/runs/{run_id}", f"/runs/{run_id}/returns?after=1"):
            await _timed(client.get(V1 + path), seen.pages, seen)
            await asyncio.sleep(0.1)


async def _timed(request: "asyncio.Future[httpx.Response] | object", times: list[float], seen: _Seen) -> float:
    begun = time.monotonic()
    try:
        answer: httpx.Response = await request  # type: ignore[misc]  # a coroutine of httpx
        seen.errors += answer.is_error
    except httpx.HTTPError:
        seen.errors += 1
    times.append(time.monotonic() - begun)
    return times[-1]
