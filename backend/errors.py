"""The errors that a person or a worker can cause or meet; `gsl.backend.http.problems` turns them into responses.

`invalid` and `from_validation` turn pydantic's errors into `InvalidError`, each located at the field that was sent.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from gsl.config.run import RunConfig
from gsl.protocol.api import FieldError


class ProblemError(Exception):
    """An error that can be explained: what is wrong, and what would be accepted."""

    status = 500
    title = "Error"
    headers: dict[str, str] = {}  # noqa: RUF012 - a constant of each class, never changed

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class BadRequestError(ProblemError):
    """The request cannot be parsed."""

    status, title = 400, "Bad request"


class UnauthorizedError(ProblemError):
    """Nobody is signed in, or what was sent to prove it does not count."""

    status, title = 401, "Sign-in required"
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - as above


class ForbiddenError(ProblemError):
    """The role is too low, or the request came from another site or under a host name that is not allowed."""

    status, title = 403, "Refused"


class NotFoundError(ProblemError):
    """It does not exist; the detail says what."""

    status, title = 404, "Not found"

    @classmethod
    def of(cls, what: str, key: int | str) -> "NotFoundError":
        return cls(f"{what.capitalize()} {key} does not exist.")


class ConflictError(ProblemError):
    """The request conflicts with the current state: already decided, already ended, held by another attempt."""

    status, title = 409, "Conflict"


class TooLargeError(ProblemError):
    """The body exceeds the limit."""

    status, title = 413, "Too large"


class RequestTimeoutError(ProblemError):
    """The headers or the body stopped arriving."""

    status, title = 408, "Request timeout"


class RangeError(ProblemError):
    """A part of a file was asked for that it does not have."""

    status, title = 416, "Range not satisfiable"

    def __init__(self, size: int, asked: str) -> None:
        super().__init__(f"Range: the file has {size} bytes, and {asked} were asked for.")
        self.headers = {"Content-Range": f"bytes */{size}"}


class HeadTooLargeError(ProblemError):
    """The first line and the headers exceed the limit."""

    status, title = 431, "Headers too large"


class InvalidError(ProblemError):
    """Some fields are invalid; each is named with what would be accepted."""

    status, title = 422, "Invalid input"

    @classmethod
    def field(cls, field: str, message: str) -> "InvalidError":
        return cls(f"{field}: {message}", [FieldError(field=field, message=message)])


class TooManyError(ProblemError):
    """The same was tried too often."""

    status, title = 429, "Too many attempts"

    def __init__(self, detail: str, seconds: float) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(max(1, round(seconds)))}


class UnavailableError(ProblemError):
    """Something the request needs is unavailable at the moment."""

    status, title = 503, "Unavailable"
    headers = {"Retry-After": "5"}  # noqa: RUF012 - as above


class StorageFullError(ProblemError):
    """No space is left to store something."""

    status, title = 507, "Storage is full"


def invalid(errors: Sequence[Mapping[str, Any]], prefix: tuple[str, ...] = ()) -> InvalidError:
    """The first hundred of pydantic's errors as one `InvalidError`, each located at its dotted field."""
    fields = [
        FieldError(field=_dotted((*prefix, *_location(error))), message=_message(error)) for error in errors[:100]
    ]
    detail = "; ".join(f"{field.field}: {field.message}" for field in fields[:5])
    return InvalidError(detail[:2000] or "The input is invalid.", fields)


def from_validation(error: ValidationError, *prefix: str) -> InvalidError:
    return invalid(error.errors(include_url=False, include_input=False), prefix)


def _location(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the error is; for a part that names no known member, the field that should name one."""
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*error["loc"], str(error["ctx"]["discriminator"]).strip("'"))
    return tuple(error["loc"])


def _dotted(location: Sequence[int | str]) -> str:
    """`("body", "config", "suite", "forkmaze", "goals")` as `config.suite.goals`."""
    path = [str(part) for part in location]
    if path and path[0] in ("body", "query", "path", "header"):
        path = path[1:]
    named: list[str] = []
    for position, part in enumerate(path):
        before = path[position - 2 if position and path[position - 1].isdigit() else position - 1] if position else ""
        if part in _members().get(before, ()):  # pydantic adds a union's chosen member to the path
            continue
        named.append(part)
    return ".".join(named) or "body"


@cache
def _members() -> dict[str, frozenset[str]]:
    """The members of every union, including those of installed packages, by the field that holds it."""
    found = {"reports": frozenset({"started", "epoch", "evaluation", "demonstrations", "video"})}
    schema = RunConfig.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        for name, field in part.get("properties", {}).items():
            if "discriminator" in field:
                found[name] = found.get(name, frozenset()) | frozenset(field["discriminator"]["mapping"])
    return found


def _message(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    return {"JSON decode error": "the body is not valid JSON"}.get(message, message)
