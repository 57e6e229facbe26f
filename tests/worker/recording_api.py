"""A small HTTP server in place of the worker's routes: can go away, come back, refuse, and remembers what it took."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

from gsl.protocol.lease import ReportBatch
from gsl.protocol.reports import Report


@dataclass(frozen=True)
class Taken:
    """A request that was answered well."""

    what: str
    query: dict[str, str]
    body: bytes


class RecordingApi:
    """Answers 200 `{"size": 0}` to everything unless told otherwise; the port stays the same when it comes back."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.refuse: list[int] = []
        """Statuses of the next answers, before it takes anything again."""
        self.lose_answers = 0
        """How many of the next requests are taken, but answered by a broken connection."""
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_away()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def come_back(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go_away(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def reports(self) -> list[Report]:
        batches = [ReportBatch.model_validate_json(each.body) for each in self.taken if each.what == "reports"]
        return [report for batch in batches for report in batch.reports]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                api._answer(self, body)

            do_PUT = do_POST

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        status = self.refuse.pop(0) if self.refuse else 200
        if status == 200:
            url = urlsplit(request.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self.taken.append(Taken(url.path.rsplit("/", 1)[-1], query, body))
            if self.lose_answers:
                self.lose_answers -= 1
                request.close_connection = True
                return
        answer = b'{"size": 0}' if status == 200 else b'{"title": "No", "detail": "as the test wants"}'
        request.send_response(status)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)
