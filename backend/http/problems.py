"""Turns every error into RFC 9457 problem details."""

import errno
import logging
from collections.abc import Iterable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gsl.backend.errors import (
    ConflictError,
    InvalidError,
    ProblemError,
    StorageFullError,
    UnavailableError,
    invalid,
)
from gsl.protocol.api import Problem

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


def problem_response(error: ProblemError) -> JSONResponse:
    body = Problem(title=error.title, status=error.status, detail=error.detail, errors=list(error.errors))
    return JSONResponse(
        body.model_dump(exclude_none=True), error.status, headers=dict(error.headers), media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Make `app` answer every error with problem details."""

    async def problem(_request: Request, error: Exception) -> JSONResponse:
        return problem_response(translate(error))

    known: Iterable[type[Exception]] = (
        ProblemError, RequestValidationError, HTTPException, SQLAlchemyError, OverflowError, OSError,
    )  # fmt: skip
    for kind in known:
        app.add_exception_handler(kind, problem)
    app.add_exception_handler(ClientDisconnect, _nobody_listens)
    app.add_exception_handler(Exception, _unexpected)


async def _nobody_listens(_request: Request, _error: Exception) -> Response:
    """The client left before its body was complete: that is no error of ours, and no answer reaches it."""
    return Response(status_code=400)


def translate(error: Exception) -> ProblemError:
    """The problem to report for an exception."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, SQLAlchemyError):
        return _from_database(error)
    if isinstance(error, OverflowError):
        return InvalidError("A number is out of range: integers must fit into 64 bits.")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError(f"No space is left in {error.filename or 'the data folder'}. Free some and try again.")
    _log.error("the storage failed", exc_info=error)
    return UnavailableError(f"The storage is unavailable ({type(error).__name__}: {error}). Try again later.")


def _from_http(error: HTTPException) -> ProblemError:
    problem = ProblemError(str(error.detail))
    problem.status, problem.title = error.status_code, HTTPStatus(error.status_code).phrase
    problem.headers = dict(error.headers or {})
    return problem


def _from_database(error: SQLAlchemyError) -> ProblemError:
    reason = str(error.orig if isinstance(error, DBAPIError) and error.orig else error).splitlines()[0]
    if "disk is full" in reason or "No space left" in reason:
        return StorageFullError("No space is left for the database. Free some in the data folder and try again.")
    if isinstance(error, DataError):
        return InvalidError(f"A value cannot be stored: {reason}")
    if isinstance(error, IntegrityError):
        _log.warning("a constraint of the database was violated", exc_info=error)
        return ConflictError("Something this request refers to has just been changed or deleted. Reload and try again.")
    if isinstance(error, DBAPIError | PoolTimeoutError):
        _log.warning("the database is unavailable: %s", reason)
        return UnavailableError(f"The database is unavailable ({reason}). Every request tries to connect again.")
    raise error


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """A bug: logged with its traceback, and answered without details."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(ProblemError("An internal error occurred; see the server's log."))
