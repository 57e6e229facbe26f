"""The built page: its files, and `index.html` for every address that the page's own router handles.

Behind a reverse proxy all of it may be below a base path such as /gsl. The page is built without knowing that path.
"""

from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gsl.backend.errors import NotFoundError
from gsl.backend.http.problems import problem_response

_MISSING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GSL Lab</title></head>
<body><h1>GSL Lab is running, but its page has not been built</h1>
<p>Build it with <code>make up</code> (or <code>npm run build</code> in <code>frontend/</code>) and reload.</p>
<p>The API is available: see <a href="./api/docs">its documentation</a>.</p></body></html>"""

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""The better first."""


class BasePath:
    """Middleware: every path begins with the base path, whether the proxy passes it on or takes it off.

    As ASGI has it, `path` includes `root_path`, from which routing and the interactive documentation follow.
    """

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self.app = app
        self.base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": self._whole(scope["path"]), "root_path": self.base_path}
        await self.app(scope, receive, send)

    def _whole(self, path: str) -> str:
        if path == self.base_path:
            return f"{path}/"
        return path if path.startswith(f"{self.base_path}/") else self.base_path + path


def serve_page(app: FastAPI, folder: Path, base_path: str, open_link: Callable[[Request], Response | None]) -> None:
    """Serve `folder` beside the API; unknown addresses below /api are answered with a 404 problem.

    Its files hold no data, so they are for everyone. `open_link` answers links that sign in, and only those.
    """
    root = folder.resolve()
    index = root / "index.html"

    @app.get("/{path:path}", include_in_schema=False)
    def get_page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            hint = f"This API has no route {request.url.path}; see {base_path}/api/docs."
            return problem_response(NotFoundError(hint))
        if path == "" and (opened := open_link(request)) is not None:
            return opened
        file = (root / path).resolve()
        if file != index and file.is_relative_to(root) and file.is_file():
            return _answer(file, request.headers.get("Accept-Encoding", ""), _caching(path))
        if path.startswith("assets/"):
            return problem_response(NotFoundError(f"{path} does not exist: reload the page."))
        if index.is_file():
            return HTMLResponse(_below(base_path, index.read_text()), headers={"Cache-Control": "no-cache"})
        return HTMLResponse(_below(base_path, _MISSING), 503)


def _answer(file: Path, accepted: str, caching: str) -> Response:
    """The file, compressed as it was when the page was built if the browser takes that."""
    parts = (part.replace(" ", "").partition(";") for part in accepted.split(","))
    names = {name for name, _, quality in parts if quality.rstrip("0.") != "q="}
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    for encoding, suffix in _ENCODINGS.items():
        compressed = file.with_name(file.name + suffix)
        if encoding in names and compressed.is_file():
            kind = guess_type(file.name)[0]
            return FileResponse(compressed, headers=headers | {"Content-Encoding": encoding}, media_type=kind)
    return FileResponse(file, headers=headers)


def _below(base_path: str, html: str) -> str:
    """The page with whole paths for its relative ones (`base: "./"` in Vite), since it is served at any depth."""
    return html.replace('="./', f'="{base_path}/')


def _caching(path: str) -> str:
    """The names of built assets contain a hash of their content, so they may be cached for good."""
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
