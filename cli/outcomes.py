"""What the command ends with: exit codes that scripts can rely on, and errors as one line."""

from enum import IntEnum

from pydantic import ValidationError

from gsl.client.errors import ApiError, Refused, Unreachable
from gsl.client.frames import NotInstalled
from gsl.client.login import LoginError


class Exit(IntEnum):
    """docs/cli.md lists them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    AT_GATE = 5
    INTERRUPTED = 130


class Failure(Exception):
    """Something a person can put right; the message says what."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code


EXPECTED = (Failure, ApiError, LoginError, NotInstalled, ValidationError, OSError)
"""What may go wrong without a fault of ours; anything else deserves a traceback."""


def explained(error: BaseException, server: str) -> tuple[str, Exit]:
    """One line about an error, and the exit code."""
    match error:
        case Refused():
            return _refused(error), Exit.REFUSED
        case Unreachable():
            return f"{error}. Start a server with `gsl up`, or name one with `gsl login URL`.", Exit.UNREACHABLE
        case Failure():
            return str(error), error.code
        case LoginError():
            return str(error), Exit.USAGE
        case ValidationError():
            where = ".".join(map(str, error.errors()[0]["loc"]))
            return (
                f"The answer of {server} is not one of GSL Lab, or is of another version ({error.title}: {where})",
                Exit.UNREACHABLE,
            )
        case _:
            return str(error), Exit.FAILED


def _refused(error: Refused) -> str:
    """The server's explanation, which names the invalid fields."""
    text = " ".join(error.detail.split())
    if error.status in (401, 403):
        return f"{text} Run `gsl login URL` with a token that may do this."
    return text if len(text) <= 1000 else f"{text[:1000]} ..."
