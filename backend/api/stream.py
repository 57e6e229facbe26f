"""Live changes as server-sent events."""

import time
from collections.abc import AsyncIterable

from fastapi import Request
from fastapi.sse import EventSourceResponse

from gsl.backend.api.access import authorise
from gsl.backend.api.deps import ServicesDep, problems, stream_router
from gsl.backend.errors import ProblemError
from gsl.protocol.api import Change

routes = stream_router("live")
_ASKED_AGAIN_S = 30.0


@routes.get("/stream", summary="Stream changes", response_class=EventSourceResponse, responses=problems())
async def stream_changes(request: Request, services: ServicesDep) -> AsyncIterable[Change]:
    """What changes, as it happens: ids only, at most twice a second. The data comes from the other routes. The stream
    ends soon after the session or token that opened it."""
    asked = time.monotonic()
    async for change in services.events.listen():
        if time.monotonic() - asked > _ASKED_AGAIN_S:
            asked = time.monotonic()
            if not await _still_allowed(request):
                return
        yield change


async def _still_allowed(request: Request) -> bool:
    try:
        await authorise(request, "viewer")
    except ProblemError:
        return False
    return True
