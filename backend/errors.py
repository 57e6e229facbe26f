"""The errors that a person or a worker can cause or meet; `problems` translates them into answers once."""

from collections.abc import Sequence

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
        return cls(f"There is no {what} {key}.")


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
