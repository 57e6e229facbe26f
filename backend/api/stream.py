"""Live changes as server-sent events."""

import time
from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.sse import EventSourceResponse

from gsl.backend.api.access import authorise
from gsl.backend.api.deps import ServicesDep, problems, stream_router
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ProblemError
from gsl.backend.events import Listener
from gsl.protocol.api import Change

routes = stream_router("live")
_ASKED_AGAIN_S = 30.0


async def _listener(services: ServicesDep) -> AsyncIterator[Listener]:
    """Listens before the answer begins: once the stream stands, a page asks for everything, then waits to be told."""
    with services.events.listener() as listener:
        yield listener


@routes.get("/stream", summary="Stream changes", response_class=EventSourceResponse, responses=problems())
async def stream_changes(request: Request, listener: Annotated[Listener, Depends(_listener)]) -> AsyncIterable[Change]:
    """What changes, as it happens: ids only, at most twice a second, of what is there for whoever listens. The data
    comes from the other routes. The stream ends soon after the session or token that opened it."""
    who, asked = request.state.identity, time.monotonic()
    async for change in listener.changes():
        if change.what == "project" or time.monotonic() - asked > _ASKED_AGAIN_S:
            who, asked = await _who(request), time.monotonic()
        if who is None:
            return
        if who.sees_all or who.role_in(change.project_id) is not None:
            yield change


async def _who(request: Request) -> Identity | None:
    """Whoever listens and the projects they are in, asked again from time to time and whenever a project changes."""
    try:
        return await authorise(request, "viewer")
    except ProblemError:
        return None
