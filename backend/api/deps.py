"""Dependencies of the routes: services, sessions, ids, paging."""

import hmac
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from backend.db.engine import MAX_CONNECTIONS
from backend.errors import UnauthorizedError
from backend.http.json_body import JsonRoute
from backend.services.app_services import Services
from gsl.protocol.api import Problem

MAX_ID = 2**63 - 1
_MEANINGS = {
    400: "The body cannot be parsed.",
    401: "The worker token is missing or wrong.",
    404: "Not found; the detail says which id.",
    409: "The request conflicts with the current state, which the detail explains.",
    413: "The body is too large.",
    422: "Some fields are invalid; `errors` names each and says what would be accepted.",
    503: "The database or the storage is unavailable; try again after `Retry-After` seconds.",
    507: "No space is left on the storage.",
}


def router(tag: str) -> APIRouter:
    return APIRouter(tags=[tag], route_class=JsonRoute)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documentation of the errors that a route may return; 422 and 503 are possible everywhere."""
    return {status: {"model": Problem, "description": _MEANINGS[status]} for status in sorted({*statuses, 422, 503})}


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def _reader(services: ServicesDep) -> Iterator[Session]:
    with services.database.read() as session:
        yield session


def _writer(services: ServicesDep) -> Iterator[Session]:
    with services.database.write() as session:
        yield session


def _bulk_writer(services: ServicesDep) -> Iterator[Session]:
    with services.database.write(bulk=True) as session:
        yield session


# Scope "function": the transaction is committed before the answer is sent. A session keeps its connection while its
# request waits for a thread, so fewer requests may have one than there are connections: the rest serve the threads that
# open their own, and none of those waits for anything else. All others wait their turn without a thread or connection.
Reading = Annotated[Session, Depends(_reader, scope="function", max_concurrency=MAX_CONNECTIONS // 2)]
Writing = Annotated[Session, Depends(_writer, scope="function", max_concurrency=MAX_CONNECTIONS // 5)]
WritingMuch = Annotated[Session, Depends(_bulk_writer, scope="function", max_concurrency=MAX_CONNECTIONS // 10)]

_bearer = HTTPBearer(auto_error=False, scheme_name="worker token", description="The value of GSL_WORKER_TOKEN.")


async def check_worker(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    """Raises `UnauthorizedError`; compares in constant time."""
    shown = credentials.credentials if credentials else ""
    if not hmac.compare_digest(shown.encode(), services.settings.worker_token.encode()):
        raise UnauthorizedError("This route is for workers: send the header `Authorization: Bearer <worker token>`.")


WorkerOnly = Depends(check_worker)

RunId = Annotated[int, Path(description="Id of the run.", ge=1, le=MAX_ID, examples=[7])]
JobId = Annotated[int, Path(description="Id of the job.", ge=1, le=MAX_ID, examples=[21])]
ArtifactId = Annotated[int, Path(description="Id of the artifact.", ge=1, le=MAX_ID, examples=[5])]
ExperimentId = Annotated[int, Path(description="Id of the experiment.", ge=1, le=MAX_ID, examples=[2])]
Limit = Annotated[int, Query(description="Maximum number of items.", ge=1, le=200)]
Offset = Annotated[int, Query(description="Number of items to skip.", ge=0, le=MAX_ID)]
Count = Annotated[int, Query(ge=0, le=MAX_ID)]
