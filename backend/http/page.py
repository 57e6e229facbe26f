"""The built page: its files, and `index.html` for every address that the page's own router handles."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from backend.errors import NotFoundError
from backend.http.problems import problem_response

_MISSING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GSL Lab</title></head>
<body><h1>GSL Lab is running, but its page has not been built</h1>
<p>Build it with <code>make up</code> (or <code>npm run build</code> in <code>frontend/</code>) and reload.</p>
<p>The API is available: see <a href="/api/docs">its documentation</a>.</p></body></html>"""


def serve_page(app: FastAPI, folder: Path) -> None:
    """Serve `folder` beside the API; unknown addresses below /api are answered with a 404 problem."""
    root = folder.resolve()

    @app.get("/{path:path}", include_in_schema=False)
    def get_page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            return problem_response(NotFoundError(f"This API has no route {request.url.path}; see /api/docs."))
        file = (root / path).resolve()
        if file.is_relative_to(root) and file.is_file():
            return FileResponse(file, headers={"Cache-Control": _caching(path)})
        if path.startswith("assets/"):
            return problem_response(NotFoundError(f"{path} does not exist: reload the page."))
        index = root / "index.html"
        if index.is_file():
            return FileResponse(index, headers={"Cache-Control": "no-cache"})
        return HTMLResponse(_MISSING, 503)


def _caching(path: str) -> str:
    """The names of built assets contain a hash of their content, so they may be cached for good."""
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
