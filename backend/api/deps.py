"""What routes ask for: services, sessions, ids, pages."""

import hmac
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from backend.errors import UnauthorizedError
from backend.http.json_body import JsonRoute
from backend.services.app_services import Services
from gsl.protocol.api import Problem

MAX_ID = 2**63 - 1
_WORDS = {
    400: "The body cannot be read.",
    401: "The worker token is missing or wrong.",
    404: "There is no such thing; the detail says which id.",
    409: "Right request, wrong moment; the detail says what is the case.",
    413: "The body is too large.",
    422: "Fields are wrong; `errors` names each with what would be right.",
    503: "Database or storage is away; try again after `Retry-After` seconds.",
    507: "No space is left where it was to be stored.",
}


def router(tag: str) -> APIRouter:
    return APIRouter(tags=[tag], route_class=JsonRoute)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documentation of the errors a route answers with; 422 and 503 are possible everywhere."""
    return {status: {"model": Problem, "description": _WORDS[status]} for status in sorted({*statuses, 422, 503})}


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]


def _reader(services: ServicesDep) -> Iterator[Session]:
    with services.database.read() as session:
        yield session


def _writer(services: ServicesDep) -> Iterator[Session]:
    with services.database.write() as session:
        yield session


# Scope "function": the transaction ends before the answer is sent, so that an answer never precedes its commit.
Reading = Annotated[Session, Depends(_reader, scope="function")]
Writing = Annotated[Session, Depends(_writer, scope="function")]

_bearer = HTTPBearer(auto_error=False, scheme_name="worker token", description="What GSL_WORKER_TOKEN holds.")


def check_worker(
    services: ServicesDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    """Raises `UnauthorizedError`; compares in constant time."""
    shown = credentials.credentials if credentials else ""
    if not hmac.compare_digest(shown.encode(), services.settings.worker_token.encode()):
        raise UnauthorizedError("This route is for workers: send Authorization: Bearer <worker token>.")


WorkerOnly = Depends(check_worker)

RunId = Annotated[int, Path(description="Id of the run.", ge=1, le=MAX_ID, examples=[7])]
JobId = Annotated[int, Path(description="Id of the job.", ge=1, le=MAX_ID, examples=[21])]
ArtifactId = Annotated[int, Path(description="Id of the artifact.", ge=1, le=MAX_ID, examples=[5])]
ExperimentId = Annotated[int, Path(description="Id of the experiment.", ge=1, le=MAX_ID, examples=[2])]
Limit = Annotated[int, Query(description="How many at most.", ge=1, le=200)]
Offset = Annotated[int, Query(description="How many to pass over.", ge=0, le=MAX_ID)]
Count = Annotated[int, Query(ge=0, le=MAX_ID)]
