"""Backup and restore of the server whose settings this process reads: python -m gsl.backend.backup COMMAND FILE"""

import argparse
import os
import sys
from pathlib import Path

from dotenv import load_dotenv
from sqlalchemy import make_url

from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.backup.archive import BackupError, Manifest, Reader
from gsl.backend.backup.restoring import Target, restore
from gsl.backend.backup.saving import save
from gsl.backend.db.copies import CopyError, DatabaseCopies
from gsl.backend.db.postgres_copies import PostgresCopies
from gsl.backend.db.sqlite_copies import SqliteCopies
from gsl.backend.db.sqlite_file import file_of
from gsl.backend.errors import ProblemError
from gsl.backend.local.data_folder import CannotStart, lock_data_folder
from gsl.backend.settings import Settings, read_settings


def save_to(file: Path, settings: Settings) -> str:
    """What to say once the backup is complete."""
    manifest = save(_copies(settings), ArtifactStore(settings.artifacts_url), file)
    for problem in manifest.problems:
        print(f"Warning: {problem}", file=sys.stderr)
    return f"{file}: {_what(manifest)}"


def restore_from(file: Path, settings: Settings, force: bool) -> str:
    """What to say once everything is restored."""
    with Reader(file) as archive, lock_data_folder(settings.data_dir, "a restore"):
        target = Target(_copies(settings), ArtifactStore(settings.artifacts_url), settings.data_dir)
        restore(archive, target, force)
        return (
            f"Restored {_what(archive.manifest)}. The next start brings the database's tables up to date; everybody "
            "signs in again."
        )


def _copies(settings: Settings) -> DatabaseCopies:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        return PostgresCopies(settings.database_url)
    path = file_of(url)
    if path is None:
        raise BackupError("DATABASE_URL names a SQLite database that is no file.")
    return SqliteCopies(path)


def _what(manifest: Manifest) -> str:
    made = f"{manifest.created_at:%Y-%m-%d %H:%M} UTC by version {manifest.version}"
    rows = manifest.rows
    return (
        f"{rows.get('run', 0)} runs, {rows.get('job', 0)} jobs and {len(manifest.files)} files "
        f"({manifest.size / 1e6:.1f} MB), made {made}"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gsl.backend.backup", description="Back up and restore a server.")
    parser.add_argument("command", choices=["save", "restore"])
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--force", action="store_true", help="restore: replace all data that are there")
    given = parser.parse_args(arguments)
    os.umask(0o077)  # what is written is for its owner alone
    load_dotenv(Path.cwd() / ".env")
    try:
        settings = read_settings()
        saving = given.command == "save"
        print(save_to(given.file, settings) if saving else restore_from(given.file, settings, given.force))
    except (BackupError, CopyError, CannotStart, ProblemError, ValueError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
