"""A server behind a reverse proxy, which has it below /gsl, like nginx with one of its two forms of `proxy_pass`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.app_services import Services
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.browser.conftest import DIST

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_OF_CONNECTIONS = {"connection", "date", "server", "transfer-encoding"}


@dataclass
class Proxy:
    """`strips`: /gsl is taken off the path, and `Host` is the server's; otherwise both are passed on as they are."""

    strips: bool
    server: str = ""
    astray: list[str] = field(default_factory=list)
    """Requests for something outside /gsl, where other applications would be."""

    def application(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/gsl/{path:path}", self._forward, methods=_METHODS, response_model=None)
        app.add_api_route("/{path:path}", self._refuse, methods=_METHODS)
        return app

    async def _forward(self, path: str, request: Request) -> Response:
        target = f"{self.server}/{path}" if self.strips else f"{self.server}/gsl/{path}"
        left_out = {"connection", "host"} if self.strips else {"connection"}
        headers = [(name, value) for name, value in request.headers.items() if name not in left_out]
        query, body = request.url.query, await request.body()
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, verify=False, timeout=30))
            url = f"{target}?{query}" if query else target
            asked = client.stream(request.method, url, headers=headers, content=body)
            answer = await stack.enter_async_context(asked)
            kept = {name: value for name, value in answer.headers.items() if name not in _OF_CONNECTIONS}
            return StreamingResponse(_pieces(answer, stack.pop_all()), answer.status_code, headers=kept)

    def _refuse(self, path: str) -> Response:
        self.astray.append(path)
        return Response(status_code=404)


async def _pieces(answer: httpx.Response, stack: AsyncExitStack) -> AsyncIterator[bytes]:
    async with stack:
        async for piece in answer.aiter_raw():
            yield piece


@contextmanager
def behind(proxy: Proxy, data: Path) -> Iterator[str]:
    """The public address of a server without workers, which `proxy` forwards to."""
    with serving(proxy.application()) as address:
        public = f"{address}/gsl"
        app = create_app(settings_on(data).model_copy(update={"page_dir": DIST, "public_url": public}))
        services: Services = app.state.services
        SQLModel.metadata.create_all(services.database.engine)
        with serving(app) as proxy.server:
            yield public
            services.events.close()
        services.database.close()
