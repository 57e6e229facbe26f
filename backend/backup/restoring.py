"""Restoring a backup: everything is checked before anything is touched, and the database is replaced in one step.

Stored files never change under their path, because it contains a part of their SHA-256. So they are stored first, and
until the database is replaced, what was there before is whole. Logs are the exception and come after the database.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.backup.archive import DATABASE, FILES, BackupError, Manifest, Reader
from gsl.backend.db.copies import DatabaseCopies
from gsl.backend.db.revisions import known_revisions

_RUNS = "runs"


@dataclass
class Target:
    """Where a backup is restored to."""

    copies: DatabaseCopies
    files: ArtifactStore
    folder: Path
    """Of the data; the database is unpacked there."""

    def check(self, manifest: Manifest, force: bool) -> None:
        """Raises `BackupError` if the backup does not fit or would replace something."""
        if manifest.kind != self.copies.kind:
            raise BackupError(
                f"The backup is of a {manifest.kind} database, and this server has {self.copies.kind}: set "
                "DATABASE_URL accordingly. Runs move between kinds of database as records (gsl export, gsl import)."
            )
        if manifest.revision not in known_revisions():
            raise BackupError(
                f"The backup was made by a newer version of GSL Lab ({manifest.version}, revision {manifest.revision} "
                "of the database): install that version."
            )
        if not force and not (self.copies.is_empty() and not self.files.list(_RUNS)):
            raise BackupError("There are data already; --force replaces all of them by the backup.")


def restore(archive: Reader, target: Target, force: bool) -> None:
    """Raises `BackupError` and `CopyError`, in which case everything is as it was before."""
    manifest = archive.manifest
    target.check(manifest, force)
    archive.verify()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".gsl-restore-", dir=target.folder)))
        stack.enter_context(target.copies.alone())
        unpacked = folder / DATABASE
        with unpacked.open("wb") as stream:
            stream.writelines(archive.chunks(DATABASE))
            os.fsync(stream.fileno())
        there = set(target.files.below(_RUNS))
        with _taken_back(target.files, manifest.files.keys() - there) as fresh:
            _store(archive, target.files, fresh)
            target.copies.put(unpacked)
        _store(archive, target.files, manifest.files.keys() & there)
        for path in there - manifest.files.keys():
            target.files.remove(path)


@contextmanager
def _taken_back(files: ArtifactStore, fresh: set[str]) -> Iterator[set[str]]:
    """Removes the new files again if they cannot all be stored, or if the database cannot be replaced."""
    try:
        yield fresh
    except BaseException:
        for path in fresh:
            files.remove(path)
        raise


def _store(archive: Reader, files: ArtifactStore, paths: Iterable[str]) -> None:
    for path in sorted(paths):
        upload = files.upload(path)
        for chunk in archive.chunks(FILES + path):
            upload.write(chunk)
        upload.finish(archive.manifest.files[path].sha256)
