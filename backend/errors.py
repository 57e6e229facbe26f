"""The errors that a person or a worker can cause or meet; `backend.http.problems` turns them into responses.

`invalid` and `from_validation` turn pydantic's errors into `InvalidError`, each located at the field that was sent.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from gsl.config.run import RunConfig
from gsl.protocol.api import FieldError


class ProblemError(Exception):
    """An error with a clear answer: what was wrong and what would be right."""

    status = 500
    title = "Error"
    headers: dict[str, str] = {}  # noqa: RUF012 - a constant of each class, never changed

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class BadRequestError(ProblemError):
    """The request cannot be read at all."""

    status, title = 400, "Bad request"


class UnauthorizedError(ProblemError):
    """A worker's route without the worker token."""

    status, title = 401, "Worker token needed"
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - as above


class ForbiddenError(ProblemError):
    """A browser sent here by another site."""

    status, title = 403, "Refused"


class NotFoundError(ProblemError):
    """No such thing; the detail says which id."""

    status, title = 404, "Not found"

    @classmethod
    def of(cls, what: str, key: int | str) -> "NotFoundError":
        return cls(f"{what.capitalize()} {key} does not exist.")


class ConflictError(ProblemError):
    """Right request, wrong moment: decided already, ended already, held by another attempt."""

    status, title = 409, "Conflict"


class TooLargeError(ProblemError):
    """A body beyond the limit."""

    status, title = 413, "Too large"


class InvalidError(ProblemError):
    """Fields that are wrong, each named with what would be right."""

    status, title = 422, "Invalid input"

    @classmethod
    def field(cls, field: str, message: str) -> "InvalidError":
        return cls(f"{field}: {message}", [FieldError(field=field, message=message)])


class UnavailableError(ProblemError):
    """Something needed is away for now."""

    status, title = 503, "Unavailable"
    headers = {"Retry-After": "5"}  # noqa: RUF012 - as above


class StorageFullError(ProblemError):
    """No space left where something was to be stored."""

    status, title = 507, "Storage is full"


def invalid(errors: Sequence[Mapping[str, Any]], prefix: tuple[str, ...] = ()) -> InvalidError:
    """Pydantic's errors as one answer, each located at its dotted field."""
    fields = [FieldError(field=_dotted((*prefix, *_location(error))), message=_message(error)) for error in errors]
    detail = "; ".join(f"{field.field}: {field.message}" for field in fields[:5])
    return InvalidError(detail[:2000] or "The input is invalid.", fields[:100])


def from_validation(error: ValidationError, *prefix: str) -> InvalidError:
    return invalid(error.errors(include_url=False, include_input=False), prefix)


def _location(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the error is; of a part that names no known member, at the field that should name one."""
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
        if part in _members().get(before, ()):  # pydantic puts a union's chosen member into the path
            continue
        named.append(part)
    return ".".join(named) or "body"


@cache
def _members() -> dict[str, frozenset[str]]:
    """Names of the members of every union, by the field that holds it; those of installed packages included."""
    found = {"reports": frozenset({"started", "epoch", "evaluation", "demonstrations"})}
    schema = RunConfig.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        for name, field in part.get("properties", {}).items():
            if "discriminator" in field:
                found[name] = found.get(name, frozenset()) | frozenset(field["discriminator"]["mapping"])
    return found


def _message(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    return {"JSON decode error": "the body is not JSON"}.get(message, message)
