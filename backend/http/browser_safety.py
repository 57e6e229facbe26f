"""Browser safety: under which names the page may be opened, and which pages may change something.

The server answers only to names that it knows, which defeats DNS rebinding: a foreign page whose own name was pointed
at this server still sends that name. IP addresses are safe, because no name server decides about them. Pages of other
origins, which browsers name in `Origin` or `Sec-Fetch-Site`, may not change anything. Behind a reverse proxy, which
may send its own name as `Host`, the page's origin is the public one.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gsl.backend.errors import ForbiddenError, InvalidError, ProblemError
from gsl.backend.http.problems import problem_response

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
# Plotly and Mantine set styles from scripts; images of figures are data and blob URLs, and Plotly exports blobs.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The interactive documentation loads its scripts from where FastAPI points to.
_DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data: https://fastapi.tiangolo.com; "
    "worker-src 'self' blob:; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether a host name or address refers to this machine alone."""
    if host in _LOOPBACK_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class BrowserSafety:
    """Middleware: refuses unknown hosts, changes from other origins and addresses with NUL; adds security headers.

    `hosts` are the names under which the page may be opened, besides loopback names and IP addresses; `origins` are
    the page's own, besides that of the request's host.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], origins: Iterable[str] = ()) -> None:
        self.app = app
        self.origins = frozenset(origins)
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        application = self.app if refusal is None else problem_response(refusal)
        await application(scope, receive, _with_headers(send, scope))

    def _refusal(self, scope: Scope) -> ProblemError | None:
        headers = Headers(scope=scope)
        host = _host_name(headers.get("host", ""))
        if not self._knows(host):
            return ForbiddenError(f"The host name {host!r} is not allowed. To allow it, add it to GSL_ALLOWED_HOSTS.")
        if scope["method"] not in _SAFE_METHODS and self._is_foreign(headers):
            return ForbiddenError("The request came from another site, so nothing was changed.")
        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return InvalidError("The address contains a NUL character.")
        return None

    def _knows(self, host: str) -> bool:
        return host in self.hosts or is_loopback(host) or _is_address(host)

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a browser sent the request for a page of another origin; scripts send neither header."""
        if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return True
        host = headers.get("host", "")
        own = {f"http://{host}", f"https://{host}"} | self.origins
        return headers.get("origin", f"http://{host}") not in own


def _host_name(header: str) -> str:
    """The name without its port: `localhost` for `localhost:8000`, `::1` for `[::1]:8000`."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return header


def _with_headers(send: Send, scope: Scope) -> Send:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    policy = _DOCS_POLICY if path in ("/api/docs", "/api/redoc") else _PAGE_POLICY

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", policy)
        await send(message)

    return sending
