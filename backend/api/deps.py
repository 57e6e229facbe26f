"""Dependencies of the routes: services, sessions, ids, paging."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session

from gsl.backend.api.access import GuardedRoute, GuardedStream
from gsl.backend.db.engine import MAX_CONNECTIONS
from gsl.backend.domain.identity import Identity
from gsl.backend.services.app_services import Services
from gsl.backend.store import audit
from gsl.protocol.api import Problem
from gsl.protocol.api.base import MAX_ID as MAX_ID

_MEANINGS = {
    400: "The body cannot be parsed.",
    403: "What was sent does not open this; the detail says why.",
    404: "Not found; the detail says which id.",
    409: "The request conflicts with the current state, which the detail explains.",
    413: "The body is too large.",
    422: "Some fields are invalid; `errors` names each and says what would be accepted.",
    429: "Too many attempts; try again after `Retry-After` seconds.",
    503: "The database or the storage is unavailable; try again after `Retry-After` seconds.",
    507: "No space is left on the storage.",
}


def router(tag: str) -> APIRouter:
    return APIRouter(tags=[tag], route_class=GuardedRoute)


def stream_router(tag: str) -> APIRouter:
    """For routes whose request or answer is a stream."""
    return APIRouter(tags=[tag], route_class=GuardedStream)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documentation of the errors that a route may return; 422 and 503 are possible everywhere, 401 and 403 too."""
    return {status: {"model": Problem, "description": _MEANINGS[status]} for status in sorted({*statuses, 422, 503})}


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def _reader(services: ServicesDep) -> Iterator[Session]:
    with services.database.read() as session:
        yield session


def _writer(request: Request, services: ServicesDep) -> Iterator[Session]:
    """What a person does is noted in the audit by the same transaction."""
    with services.database.write() as session:
        yield session
        _note(session, request)


def _note(session: Session, request: Request) -> None:
    identity: Identity | None = getattr(request.state, "identity", None)
    if identity is None or identity.role is None:
        return
    place = ", ".join(f"{name.removesuffix('_id')} {value}" for name, value in request.path_params.items())
    subject, detail = audit.named(session) or (place, "")
    audit.add(session, identity.name, request.scope["route"].name.replace("_", " "), subject, detail)


def _bulk_writer(services: ServicesDep) -> Iterator[Session]:
    with services.database.write(bulk=True) as session:
        yield session


# Scope "function": the transaction is committed before the answer is sent. A session keeps its connection while its
# request waits for a thread, so fewer requests may have one than there are connections: the rest serve the threads that
# open their own, and none of those waits for anything else. All others wait their turn without a thread or connection.
Reading = Annotated[Session, Depends(_reader, scope="function", max_concurrency=MAX_CONNECTIONS // 2)]
Writing = Annotated[Session, Depends(_writer, scope="function", max_concurrency=MAX_CONNECTIONS // 5)]
WritingMuch = Annotated[Session, Depends(_bulk_writer, scope="function", max_concurrency=MAX_CONNECTIONS // 10)]

RunId = Annotated[int, Path(description="Id of the run.", ge=1, le=MAX_ID, examples=[7])]
JobId = Annotated[int, Path(description="Id of the job.", ge=1, le=MAX_ID, examples=[21])]
ArtifactId = Annotated[int, Path(description="Id of the artifact.", ge=1, le=MAX_ID, examples=[5])]
RowId = Annotated[int, Path(description="Id in the list.", ge=1, le=MAX_ID, examples=[3])]
ProjectId = Annotated[int, Path(description="Id of the project.", ge=1, le=MAX_ID, examples=[2])]
ExperimentId = Annotated[int, Path(description="Id of the experiment.", ge=1, le=MAX_ID, examples=[2])]
OfProject = Annotated[int | None, Query(ge=1, le=MAX_ID, description="Only what belongs to this project.")]
Limit = Annotated[int, Query(description="Maximum number of items.", ge=1, le=200)]
Offset = Annotated[int, Query(description="Number of items to skip.", ge=0, le=MAX_ID)]
Count = Annotated[int, Query(ge=0, le=MAX_ID)]
