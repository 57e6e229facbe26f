"""Downloading and hashing files in chunks, so that a large one never has to fit into memory."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from client.errors import Unreachable
from client.transport import Transport
from gsl.atomic_file import write_atomically
from gsl.protocol.lease import ArtifactRef

CHUNK = 1 << 20  # bytes


def download(transport: Transport, artifact: ArtifactRef, path: Path) -> Path:
    """Write an artifact's content to `path`, which appears only if its SHA-256 is the announced one.

    Raises `Unreachable` if it is not, or if more arrives than announced: the content was damaged on the way, so another
    attempt may succeed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with write_atomically(path) as file:
        with transport.stream("GET", f"/artifacts/{artifact.id}/content") as response:
            for chunk in response.iter_bytes(CHUNK):
                if file.tell() + len(chunk) > artifact.size:
                    break
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != artifact.sha256:
            raise Unreachable(f"artifact {artifact.id} ({artifact.name}) arrived damaged: its SHA-256 differs")
    return path


def write(path: Path, content: Iterable[bytes]) -> Path:
    """Write the content to `path`, which appears once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as file:
        for chunk in content:
            file.write(chunk)
    return path


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
