"""Downloading and hashing files in chunks, so that a large one never has to fit into memory."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gsl.atomic_file import write_atomically
from gsl.client.errors import Unreachable
from gsl.client.transport import AsyncTransport, Transport
from gsl.protocol.lease import ArtifactRef

CHUNK = 1 << 20  # bytes


def download(transport: Transport, artifact: ArtifactRef, path: Path) -> Path:
    """Write an artifact's content to `path`, which appears only if its SHA-256 is the announced one.

    Raises `Unreachable` if it is not, or if more arrives than announced: the content was damaged on the way, so another
    attempt may succeed.
    """
    with _receiver(artifact, path) as receive, transport.stream("GET", content_of(artifact)) as response:
        for chunk in response.iter_bytes(CHUNK):
            if not receive(chunk):
                break
    return path


async def download_async(transport: AsyncTransport, artifact: ArtifactRef, path: Path) -> Path:
    """The same for coroutines."""
    with _receiver(artifact, path) as receive:
        async with transport.stream("GET", content_of(artifact)) as response:
            async for chunk in response.aiter_bytes(CHUNK):
                if not receive(chunk):
                    break
    return path


def save(transport: Transport, request: tuple[str, Mapping[str, Any]], path: Path) -> Path:
    """Write the answer to a path and query to `path`, which appears only if all of it arrived."""
    where, query = request
    with transport.stream("GET", where, params=query) as response, write_atomically(_made(path)) as file:
        for chunk in response.iter_bytes(CHUNK):
            file.write(chunk)
    return path


async def save_async(transport: AsyncTransport, request: tuple[str, Mapping[str, Any]], path: Path) -> Path:
    """The same for coroutines."""
    where, query = request
    async with transport.stream("GET", where, params=query) as response:
        with write_atomically(_made(path)) as file:
            async for chunk in response.aiter_bytes(CHUNK):
                file.write(chunk)
    return path


def _made(path: Path) -> Path:
    """The same; its folder exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def content_of(artifact: ArtifactRef) -> str:
    return f"/artifacts/{artifact.id}/content"


@contextmanager
def _receiver(artifact: ArtifactRef, path: Path) -> Iterator[Callable[[bytes], bool]]:
    """Takes chunks and returns whether it wants more; at the end the whole must be what was announced."""
    digest = hashlib.sha256()
    with write_atomically(path) as file:

        def receive(chunk: bytes) -> bool:
            if file.tell() + len(chunk) > artifact.size:
                return False
            digest.update(chunk)
            file.write(chunk)
            return True

        yield receive
        if digest.hexdigest() != artifact.sha256:
            raise Unreachable(f"artifact {artifact.id} ({artifact.name}) arrived damaged: its SHA-256 differs")


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
