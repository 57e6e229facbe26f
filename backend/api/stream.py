"""Live changes as server-sent events."""

from collections.abc import AsyncIterable

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse

from backend.api.deps import ServicesDep
from gsl.protocol.api import Change

routes = APIRouter(tags=["live"])


@routes.get("/stream", summary="Stream changes", response_class=EventSourceResponse)
async def stream_changes(services: ServicesDep) -> AsyncIterable[Change]:
    """What changes, as it happens: ids only, at most twice a second. The data comes from the other routes."""
    async for change in services.events.listen():
        yield change
