"""The application behind a real socket, in a thread of the test."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from gsl.backend.http.header_limit import HeaderLimit


@contextmanager
def serving(
    app: FastAPI, lifespan: bool = False, http: type[HeaderLimit] = HeaderLimit, port: int = 0
) -> Iterator[str]:
    """The server's address; without `lifespan` no reaper runs (it has its own tests)."""
    config = uvicorn.Config(
        app,
        port=0,
        log_level="critical",
        lifespan="on" if lifespan else "off",
        timeout_graceful_shutdown=2,
        ws="none",
        http=http,
        timeout_keep_alive=60,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.002)
