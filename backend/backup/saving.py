"""Making a backup while the product works."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import gsl
from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.backup.archive import DATABASE, FILES, FORMAT, BackupError, Content, Manifest, Writer
from gsl.backend.db.columns import now
from gsl.backend.db.copies import Contents, DatabaseCopies
from gsl.backend.errors import NotFoundError

_CHUNK = 2**20
_TRIES = 3
"""Files may be deleted between the copy of the database and theirs; then a newer copy names others."""


def save(copies: DatabaseCopies, files: ArtifactStore, target: Path) -> Manifest:
    """Write a backup to a new file that only its owner can read. It appears once it is complete."""
    if target.exists():
        raise BackupError(f"{target} exists already; a backup replaces no file.")
    if not target.resolve().parent.is_dir():
        raise BackupError(f"{target.resolve().parent} is no folder.")
    with tempfile.TemporaryDirectory(prefix=".gsl-backup-", dir=target.resolve().parent) as folder:
        part = Path(folder) / "archive"
        with Writer(part) as writer:
            manifest = _fill(writer, copies, files, Path(folder))
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.chmod(0o600)
        os.link(part, target)  # unlike a renaming, it replaces no file that has appeared meanwhile
    return manifest


def _fill(writer: Writer, copies: DatabaseCopies, files: ArtifactStore, folder: Path) -> Manifest:
    copied = _Files(writer, files)
    for number in range(_TRIES):
        database = folder / f"database-{number}"
        contents = copies.take(database)
        copied.add(contents)
        if not copied.missing(contents):
            break
    manifest = Manifest(
        format=FORMAT,
        version=gsl.__version__,
        revision=contents.revision,
        kind=copies.kind,
        created_at=now(),
        rows=contents.rows,
        database=writer.add(DATABASE, _chunks(database), compressed=copies.kind == "sqlite"),
        files=copied.of(contents),
        problems=copied.problems(contents),
    )
    writer.conclude(manifest)
    return manifest


@dataclass
class _Files:
    """What has been copied of the artifact store."""

    writer: Writer
    store: ArtifactStore
    copied: dict[str, Content] = field(default_factory=dict)

    def add(self, contents: Contents) -> None:
        for path in self._stored(contents):
            if path in self.copied:
                continue
            try:
                chunks = self.store.read(path)
            except NotFoundError:
                continue  # it was deleted a moment ago; `missing` says whether the database names it
            self.copied[path] = self.writer.add(FILES + path, chunks)

    def _stored(self, contents: Contents) -> Iterator[str]:
        """Checkpoints, pictures and logs of the runs."""
        for run in contents.runs:
            yield from self.store.below(f"runs/{run}")

    def missing(self, contents: Contents) -> list[str]:
        return sorted(contents.files.keys() - self.copied.keys())

    def of(self, contents: Contents) -> dict[str, Content]:
        runs = {str(run) for run in contents.runs}
        return {path: content for path, content in self.copied.items() if path.split("/")[1] in runs}

    def problems(self, contents: Contents) -> list[str]:
        known = ((path, self.copied[path]) for path in sorted(contents.files.keys() & self.copied.keys()))
        damaged = [path for path, content in known if content.sha256 != contents.files[path]]
        return [f"{path} is missing" for path in self.missing(contents)] + [f"{path} is damaged" for path in damaged]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
