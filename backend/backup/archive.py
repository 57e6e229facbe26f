"""The archive of a backup: a zip with a manifest, the database and the stored files, each with its SHA-256.

The manifest is written last, so that an archive that was not completed has none. It is a plain zip, in which
`database` is a SQLite file or what `pg_dump --format=custom` writes, and `files/` holds the artifact store.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ValidationError

FORMAT = 1
DATABASE, FILES, _MANIFEST = "database", "files/", "manifest.json"
_CHUNK = 2**20
_STORED = re.compile(r"runs/\d+/(?!.*(^|/)\.\.?(/|$)).+")


class BackupError(RuntimeError):
    """Why something cannot be backed up or restored, in one sentence."""


class Content(BaseModel):
    """What the archive holds under one name."""

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup is of, and what it must contain."""

    format: int
    version: str
    """Of GSL Lab."""
    revision: str
    """Of the database's tables."""
    kind: Literal["sqlite", "postgresql"]
    created_at: datetime
    rows: dict[str, int]
    """By table."""
    database: Content
    files: dict[str, Content]
    """By their path in the artifact store."""
    problems: list[str]
    """Files that the database names and that were missing or damaged when the backup was made."""

    @property
    def size(self) -> int:
        return self.database.size + sum(content.size for content in self.files.values())


class Writer:
    """Adds contents to a new archive."""

    def __init__(self, path: Path) -> None:
        self._zip = ZipFile(path, "x", ZIP_STORED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, chunks: Iterable[bytes], *, compressed: bool = False) -> Content:
        digest, size = hashlib.sha256(), 0
        entry = ZipInfo(name, date_time=datetime.now(UTC).timetuple()[:6])
        entry.external_attr = 0o600 << 16
        entry.compress_type = ZIP_DEFLATED if compressed else ZIP_STORED
        with self._zip.open(entry, "w", force_zip64=True) as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        return Content(size=size, sha256=digest.hexdigest())

    def conclude(self, manifest: Manifest) -> None:
        self._zip.writestr(_MANIFEST, manifest.model_dump_json(indent=2))


class Reader:
    """An archive whose manifest could be read; raises `BackupError` for what is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = ZipFile(path)
            self.manifest = Manifest.model_validate_json(self._zip.read(_MANIFEST))
        except (BadZipFile, KeyError, ValidationError) as error:
            raise BackupError(f"{path} is no backup of GSL Lab, or only the beginning of one ({error}).") from error
        strange = [path for path in self.manifest.files if not _STORED.fullmatch(path)]
        if self.manifest.format != FORMAT or strange:
            raise BackupError(f"{path} is a backup of another format; this version reads format {FORMAT}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def chunks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def verify(self) -> None:
        """Read everything once. Raises `BackupError` for the first content that is not as the manifest says."""
        for name, content in self._contents():
            digest, size = hashlib.sha256(), 0
            try:
                for chunk in self.chunks(name):
                    digest.update(chunk)
                    size += len(chunk)
            except (BadZipFile, KeyError, EOFError) as error:
                raise BackupError(f"{self.path} is damaged: {name} cannot be read ({error}).") from error
            if (size, digest.hexdigest()) != (content.size, content.sha256):
                raise BackupError(f"{self.path} is damaged: {name} does not have its SHA-256.")

    def _contents(self) -> Iterator[tuple[str, Content]]:
        yield DATABASE, self.manifest.database
        for path, content in self.manifest.files.items():
            yield FILES + path, content
