"""A receiver of webhooks: a real HTTP server that takes messages, refuses them, or keeps silent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """A server that keeps what it took, or does as `answer` says: a status, or seconds of silence."""

    address: str
    answer: int | float = 204
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    asked: int = 0
    at_once: int = 0
    most_at_once: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def receive(self, request: BaseHTTPRequestHandler) -> None:
        self.asked, self.at_once = self.asked + 1, self.at_once + 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            body = request.rfile.read(int(request.headers["Content-Length"]))
            if isinstance(self.answer, float):
                self.released.wait(self.answer)
                return
            if self.answer < 300:
                self.bodies.append(body)
                self.taken.append(json.loads(body))
                self.headers.append({name.lower(): value for name, value in request.headers.items()})
            request.send_response(self.answer)
            request.send_header("Location", self.address)
            request.end_headers()
        finally:
            self.at_once -= 1


@contextmanager
def opening() -> Iterator[Callable[[], Receiver]]:
    """A function that starts a receiver; all of them end with the block."""
    opened: list[tuple[ThreadingHTTPServer, Receiver]] = []
    by_port: dict[int, Receiver] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            by_port[self.connection.getsockname()[1]].receive(self)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    def open_one() -> Receiver:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        receiver = by_port[server.server_port] = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        opened.append((server, receiver))
        return receiver

    yield open_one
    for server, receiver in opened:
        receiver.released.set()
        server.shutdown()
        server.server_close()
