"""Files on their way: hashed while they stream, complete at their place or not there at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from client.errors import Unreachable
from client.transport import Transport
from gsl.protocol.lease import ArtifactRef

CHUNK = 1 << 20  # bytes


def download(transport: Transport, artifact: ArtifactRef, path: Path) -> Path:
    """Write an artifact's content to `path`, checked against its SHA-256 before it gets that name.

    Raises `Unreachable` when what arrived is not what was stored: it broke on the way, so asking again may help.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        digest = hashlib.sha256()
        with transport.stream("GET", f"/artifacts/{artifact.id}/content") as response, partial.open("wb") as file:
            for chunk in response.iter_bytes(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != artifact.sha256:
            raise Unreachable(f"artifact {artifact.id} ({artifact.name}) arrived damaged: its SHA-256 differs")
        return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
