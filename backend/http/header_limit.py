"""What the head of a request, its first line and its headers, may take: bytes and time.

Uvicorn waits for a head for ever and holds all of it; `--http backend.http.header_limit:HeaderLimit` limits both.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gsl.backend.errors import BadRequestError, HeadTooLargeError, ProblemError, RequestTimeoutError
from gsl.backend.http.problems import problem_response

MAX_BYTES = 2**16


class HeaderLimit(HttpToolsProtocol):
    """Uvicorn's protocol; closes a connection on which no complete head has arrived in time.

    Time runs from the connection's start and from the end of each response, never during one: bodies, downloads and
    streams take as long as they like. What remains of a request that was already answered counts as well.
    """

    within_seconds = 30.0
    _deadline: asyncio.TimerHandle | None = None
    _idle = True
    _head_bytes: int | None = None
    """Bytes of a head that is still incomplete."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_BYTES:
                self._refuse(HeadTooLargeError(f"The first line and the headers may have at most {MAX_BYTES} bytes."))

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._idle, self._head_bytes = False, None
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():  # and no further request was sent ahead
            self._idle = True
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        self._refuse(BadRequestError(msg))

    def _await_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(self.within_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self._head_bytes is None:  # a browser opens connections in advance; nobody waits for an answer on them
            self.transport.close()
        else:
            self._refuse(RequestTimeoutError(f"The headers were not complete within {self.within_seconds:g} s."))

    def _refuse(self, error: ProblemError) -> None:
        if self._idle:  # otherwise it would end up in the middle of a response
            self.transport.write(_answer(error))
        self.transport.close()


def _answer(error: ProblemError) -> bytes:
    response = problem_response(error)
    first = f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}".encode()
    headers = [b": ".join(header) for header in (*response.raw_headers, (b"connection", b"close"))]
    return b"\r\n".join([first, *headers, b"", bytes(response.body)])
