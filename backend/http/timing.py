"""How long requests take, by the template of their route, so that ids make no series of their own."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gsl.backend.telemetry import REQUESTS

_NO_ROUTE = "none"
"""Of requests that were refused before a route was found."""


class Timing:
    """Middleware: measures until the head of the answer, as streams and downloads last as long as they are read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels = _method(scope), _template(scope), str(message["status"])
                REQUESTS.labels(*labels).observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, timed)


def _template(scope: Scope) -> str:
    route = scope.get("route")
    return _NO_ROUTE if route is None else str(route.path)


def _method(scope: Scope) -> str:
    known = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"
