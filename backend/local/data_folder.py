"""The local product's folders: the locked data folder, its logs, and the private folder of the socket."""

import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import IO

_KEPT_LOG_BYTES = 10 * 2**20
_LONGEST_SOCKET_FOLDER = 80  # the path of a Unix socket may have at most 108 bytes


class CannotStart(Exception):
    """Why the product cannot start, and what to do about it; shown to the user as is."""


def lock_data_folder(folder: Path, address: str) -> IO[str]:
    """Locks the data folder for this process until the returned file is closed.

    Raises `CannotStart` if another process holds the lock, or if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} cannot be used: {error.strerror}. Set GSL_DATA_DIR to another folder."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise CannotStart(
            f"GSL Lab is already running with the data folder {folder} ({holder}). "
            "Open that address, or start a second instance with another GSL_DATA_DIR and PORT."
        ) from error
    lock.truncate(0)
    lock.write(f"{address}, process {os.getpid()}\n")
    lock.flush()
    return lock


def log_folder(data_folder: Path) -> Path:
    """The folder of the processes' logs. Large logs are rotated; one older generation is kept."""
    folder = data_folder / "logs"
    folder.mkdir(exist_ok=True)
    for log in folder.glob("*.log"):
        if log.stat().st_size > _KEPT_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
    return folder


def socket_folder(data_folder: Path) -> Path:
    """A folder for sockets that only this user can enter, the same at every start.

    It is not in the data folder, whose path may be too long for a Unix socket. Raises `CannotStart` unless private.
    """
    base = Path(tempfile.gettempdir())
    if len(bytes(base)) > _LONGEST_SOCKET_FOLDER:
        base = Path("/tmp")
    digest = hashlib.sha256(bytes(data_folder.resolve())).hexdigest()[:12]
    folder = base / f"gsl-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise CannotStart(f"{folder} is not a private folder of this user. Remove it and start again.")
    return folder
