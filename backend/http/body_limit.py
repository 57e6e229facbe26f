"""What the body of a request may take: bytes and time."""

import asyncio
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gsl.backend.errors import RequestTimeoutError, TooLargeError
from gsl.backend.http.problems import problem_response
from gsl.record import MOST_BYTES

MAX_BYTES = 2**20
MAX_LARGE_BYTES = MOST_BYTES
QUIET_SECONDS = 60.0
"""So long may the next part of a body take."""
_LARGE = re.compile(r"/runs/import$|/jobs/\d+/")  # whole records, and what workers send
_UNLIMITED = re.compile(r"/jobs/\d+/artifacts$")  # checkpoints are streamed into the store, never held in memory


class BodyLimit:
    """Middleware: refuses a body that is announced or turns out to be too large, or that stops arriving."""

    def __init__(self, app: ASGIApp, quiet_seconds: float = QUIET_SECONDS) -> None:
        self.app, self._quiet = app, quiet_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = _most_bytes(scope["path"])
        if most is not None and _announced(scope) > most:
            await problem_response(_too_large(most))(scope, receive, send)
            return
        await self.app(scope, _limited(receive, most, self._quiet), send)


def _most_bytes(path: str) -> int | None:
    if _UNLIMITED.search(path):
        return None
    return MAX_LARGE_BYTES if _LARGE.search(path) else MAX_BYTES


def _announced(scope: Scope) -> int:
    """Content-Length; 0 if there is none, because the body comes in parts."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"The request body may have at most {most} bytes.")


def _limited(receive: Receive, most: int | None, quiet_seconds: float) -> Receive:
    received, complete = 0, False

    async def receiving() -> Message:
        nonlocal received, complete
        if complete:  # what comes next is the end of the connection, however late
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), quiet_seconds)
        except TimeoutError as error:
            raise RequestTimeoutError(f"No more of the body arrived for {quiet_seconds:g} s.") from error
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if most is not None and received > most:
            raise _too_large(most)
        return message

    return receiving
